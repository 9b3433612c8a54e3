// What the mouth model is trained on: our own sentences, chosen to have all sounds of each language.

/** By eSpeak voice. */
export const trainingSentences: Readonly<Record<string, readonly string[]>> = {
  'en-us': [
    'My mother bought a big blue boat, and we painted it by hand.',
    'You should choose the shoes that you usually wear on the beach.',
    'The old farmer opened the gate and watched the sheep walk home.',
    'Five very brave foxes live above the river valley.',
    'Please keep the key beneath the green teapot.',
    'Who would have thought that the moon looked so huge tonight?',
    'Pop up the map, and put a pin in the middle of the village.',
    'Outside, a loud crowd was shouting about the house.',
    'I like to ride my bike to the lighthouse at nine.',
    'A quiet voice enjoyed the noise of the boiling oil.',
    'Nothing is as smooth as the path along the northern shore.',
    'Cats and dogs ran after a hat that was caught by the wind.',
    'We were early, so the girl turned and learned the words.',
    'Maybe the baby will jump onto the warm lap of the emperor.',
    'Good cooks look at books before they put sugar in the pudding.',
    'Each year the church teaches the children a cheerful song.',
  ],
  de: [
    'Meine Mutter backt am Abend einen warmen Apfelkuchen.',
    'Über sieben Brücken führen die müden Füße nach Hause.',
    'Schöne Schuhe machen den Schuster fröhlich und bekannt.',
    'Der Bauer brachte uns auch Eier, Butter und Pflaumenmus.',
  ],
  fr: [
    'Bonjour, ma mère a un beau bateau bleu près du pont.',
    'Une petite fille chante doucement sous la pluie du soir.',
    'Mon oncle mange souvent du pain blanc avec un bon vin.',
    'Les oiseaux ont vu le feu au bout de la rue.',
  ],
  es: [
    'Mi madre compró un barco muy bonito para el verano.',
    'El perro corre por la playa y busca una pelota roja.',
    'Mañana vamos a comer pescado con mucho limón.',
    'La lluvia llegó y todos bailamos bajo los árboles.',
  ],
  it: [
    'La mamma prepara una buona pizza con il pomodoro.',
    'Ogni giorno il gatto dorme sopra una sedia verde.',
    'Che bello vedere la luna piena dalla finestra aperta.',
  ],
  pl: [
    'Moja mama piecze pyszne ciasto z jabłkami.',
    'W szczebrzeszynie chrząszcz brzmi w trzcinie.',
    'Bardzo lubię chodzić po górach z moim psem.',
  ],
  tr: [
    'Annem bugün bana güzel bir mavi gömlek aldı.',
    'Küçük köpek bahçede büyük bir top buldu.',
    'Akşam yemeğinde pilav ve balık yiyeceğiz.',
  ],
  sv: [
    'Min mamma bakar bullar på lördag morgon.',
    'Sju sköna sjuksköterskor gick över bron.',
    'Det är mycket roligt att åka båt på sjön.',
  ],
  hi: ['मेरी माँ ने बाज़ार से मीठे आम खरीदे।', 'बच्चे पेड़ के नीचे गाना गा रहे हैं।'],
  ar: ['ذهبت أمي إلى السوق واشترت خبزا وتفاحا.', 'يلعب الأولاد بالكرة قرب البحر كل يوم.'],
};
