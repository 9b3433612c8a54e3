// Carries a coarse matte to photo size along the photo's own edges (He, Sun, Tang: "Guided Image Filtering",
// 2010; the fast form of 2015: the fit is made on a reduced picture, its coefficients are enlarged). Pure.

export interface Plane {
  width: number;
  height: number;
  data: Float32Array;
}

/**
 * Fits the matte as a local linear function of the guide. `guide` and `matte` have one size; the result has
 * it too, as the two coefficient planes: matte = a * guide + b. `radius` in their pixels; `epsilon` in
 * squared guide units: detail with less variance is smoothed over.
 */
export function fitMatte(
  guide: Plane,
  matte: Plane,
  radius: number,
  epsilon: number,
): { a: Plane; b: Plane } {
  const { width, height } = guide;
  const n = width * height;
  const plane = (data: Float32Array): Plane => ({ width, height, data });
  const product = (x: Float32Array, y: Float32Array) => {
    const out = new Float32Array(n);
    for (let i = 0; i < n; i++) out[i] = x[i]! * y[i]!;
    return out;
  };
  const meanGuide = boxMean(guide, radius).data;
  const meanMatte = boxMean(matte, radius).data;
  const meanGuideMatte = boxMean(plane(product(guide.data, matte.data)), radius).data;
  const meanGuideGuide = boxMean(plane(product(guide.data, guide.data)), radius).data;
  const a = new Float32Array(n);
  const b = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const variance = meanGuideGuide[i]! - meanGuide[i]! * meanGuide[i]!;
    a[i] = (meanGuideMatte[i]! - meanGuide[i]! * meanMatte[i]!) / (variance + epsilon);
    b[i] = meanMatte[i]! - a[i]! * meanGuide[i]!;
  }
  return { a: boxMean(plane(a), radius), b: boxMean(plane(b), radius) };
}

/** Mean over a square window of 2 * radius + 1, cut at the borders. */
export function boxMean(from: Plane, radius: number): Plane {
  return transposedBox(transposedBox(from, radius), radius);
}

/** Box mean along rows, written transposed: running it twice does both directions with cache-friendly reads. */
function transposedBox({ width, height, data }: Plane, radius: number): Plane {
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let sum = 0;
    for (let x = 0; x < Math.min(radius, width); x++) sum += data[row + x]!;
    for (let x = 0; x < width; x++) {
      if (x + radius < width) sum += data[row + x + radius]!;
      if (x - radius - 1 >= 0) sum -= data[row + x - radius - 1]!;
      const count = Math.min(width - 1, x + radius) - Math.max(0, x - radius) + 1;
      out[x * height + y] = sum / count;
    }
  }
  return { width: height, height: width, data: out };
}

/** Reads a plane at a fractional place, in its own pixels, clamped at the borders. */
export function bilinear({ width, height, data }: Plane, x: number, y: number): number {
  const cx = Math.min(width - 1, Math.max(0, x));
  const cy = Math.min(height - 1, Math.max(0, y));
  const x0 = Math.floor(cx);
  const y0 = Math.floor(cy);
  const x1 = Math.min(width - 1, x0 + 1);
  const y1 = Math.min(height - 1, y0 + 1);
  const fx = cx - x0;
  const fy = cy - y0;
  const top = data[y0 * width + x0]! * (1 - fx) + data[y0 * width + x1]! * fx;
  const bottom = data[y1 * width + x0]! * (1 - fx) + data[y1 * width + x1]! * fx;
  return top * (1 - fy) + bottom * fy;
}
