// What servers of two generations say of the few nodes that the double knows, as they say it.

const image = (choices: readonly string[]) => [choices, { image_upload: true }];
const int = (own: number, max = 16_384) => ['INT', { default: own, min: 1, max, step: 1 }];

/** /object_info. `models`: files in models/upscale_models. */
export function nodeAnswers(
  files: readonly string[],
  models: readonly string[],
  checkpoints: readonly string[],
) {
  return {
    LoadImage: {
      input: { required: { image: image(files) } },
      output: ['IMAGE', 'MASK'],
      output_node: false,
    },
    EmptyImage: {
      input: { required: { width: int(512), height: int(512), batch_size: int(1, 4096), color: int(0) } },
      output: ['IMAGE'],
      output_node: false,
    },
    ImageScale: {
      input: {
        required: {
          image: ['IMAGE'],
          upscale_method: [['nearest-exact', 'bilinear', 'area', 'bicubic', 'lanczos']],
          width: int(512),
          height: int(512),
          crop: [['disabled', 'center']],
        },
      },
      output: ['IMAGE'],
      output_node: false,
    },
    // First generation: a list of choices.
    CheckpointLoaderSimple: {
      input: { required: { ckpt_name: [checkpoints, { tooltip: 'The name of the checkpoint' }] } },
      output: ['MODEL', 'CLIP', 'VAE'],
      output_node: false,
    },
    // Second generation: a type, and the choices beside it.
    UpscaleModelLoader: {
      input: { required: { model_name: ['COMBO', { multiselect: false, options: models }] } },
      output: ['UPSCALE_MODEL'],
      output_node: false,
    },
    ImageUpscaleWithModel: {
      input: { required: { upscale_model: ['UPSCALE_MODEL', {}], image: ['IMAGE', {}] } },
      output: ['IMAGE'],
      output_node: false,
    },
    LoadVideo: {
      input: { required: { file: ['COMBO', { options: [], video_upload: true }] } },
      output: ['VIDEO'],
      output_node: false,
    },
    GetVideoComponents: {
      input: { required: { video: ['VIDEO', {}] } },
      output: ['IMAGE', 'AUDIO', 'FLOAT'],
      output_node: false,
    },
    PreviewImage: { input: { required: { images: ['IMAGE'] } }, output: [], output_node: true },
    SaveImage: {
      input: {
        required: { images: ['IMAGE', {}], filename_prefix: ['STRING', { default: 'ComfyUI' }] },
        hidden: { prompt: 'PROMPT' },
      },
      output: [],
      output_node: true,
    },
  } as const;
}
