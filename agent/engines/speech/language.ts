// Which language a text is in: by its script, and for the Latin script by small words and letters that are
// frequent in one language and rare in the others. A table of our own: 21 languages need no model.
import type { Language } from '@myspinbot/shared/project/options.ts';

export interface LanguageGuess {
  lang: Language;
  /** True when a wrong guess is unlikely: several signs, and clearly ahead of the next language. */
  sure: boolean;
}

const smallWords: Partial<Record<Language, string>> = {
  en: "the and of to in is you that it he was for on are with as they be at this have from or had by not but what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into time has look two more go see no way could people my than first been who its now made may hello i am me our us don't it's i'm here just welcome today good thank",
  de: 'der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde ich wir du ihr mein dein guten tag hallo heute mir mich uns euch kann wenn schon gut danke heiße heisse bin',
  fr: "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont la avec son être comme ou mais nous vous je tu mon ma mes leur cette ces bonjour aujourd'hui c'est j'ai d'un l'on merci bien très suis elle on fait tout même aussi moi salut",
  es: 'de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque qué sólo yo hola gracias buenos días hoy soy nos bien eso ella él tú',
  it: 'di e il la che in un a per è una sono del con non si le da dei al come ma i lo ha gli della nel più alla se o anche mi ci io questo questa molto ho tutto oggi ciao grazie buongiorno perché cosa bene tu noi voi suo sua dal dalla delle sul essere stato fatto così ora mio mia',
  pt: 'de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas me esse eles você essa num nem suas meu às minha olá obrigado obrigada hoje bom dia bem são',
  nl: 'de het een van en in is dat op te zijn met voor niet aan er om die als ook maar naar dan uit bij nog wel over heeft hij ik je we ze wat kan worden door geen meer zo mijn deze werd hebben tot hun goed hoe dit hallo vandaag bent ben jij u onze waar jullie dag dank gaan moet welkom',
  pl: 'i w na z do się nie to jest że o jak po co tak za od przez ale czy dla są był tym jego ich już może tylko bardzo jestem mnie mi ja ty my wy przy lub oraz która który które być ten ta te dzień dobry cześć dziękuję dzisiaj dziś mam masz ma sobie gdy więc bo tej nasz moja mój',
  sv: 'och i att det som en på är av för med till den har de inte om ett han var men jag från vi så kan när nu här ska mycket eller bara du dig mig hej idag tack mitt min vad hur alla också efter sig sin än under vid bli blev skulle välkommen där ni er göra detta',
  da: 'og i at det er en til på som af for med de den der har ikke om et han var men jeg fra vi så kan når nu her skal meget eller kun du dig mig hej dag tak min mit hvad hvordan alle også efter sig sin end under ved blive blev ville velkommen hvor I jer gøre dette af nogle mange være hedder godt god',
  nb: 'og i det er på som en til av for med at de den har ikke om et han var men jeg fra vi så kan når nå her skal mye eller bare du deg meg hei dag takk min mitt hva hvordan alle også etter seg sin enn under ved bli ble ville velkommen hvor dere gjøre dette noen mange være heter bra god ut opp fint været musikk veldig',
  fi: 'ja on ei se että hän oli mutta ovat kun niin myös joka minä sinä me te he mitä tämä kuin jos vain nyt olen olet hyvää päivää hei kiitos tänään tai sekä mukaan sen siitä voi ole hyvin kaikki mun minun sinun meidän jotka jo vielä kanssa miten täällä tervetuloa huomenta',
  cs: 'a se na je že v to s z do o jsem by i jako ale si tak za pro jsou byl po co jak když už nebo od aby jsme ve který která které jen dobrý den ahoj děkuji dnes mám máš má můj moje náš tento tato velmi být ještě také kde při než může ten ta jeho mi mě vás nás jmenuji jmenuju hezké ráda rád',
  tr: 've bir bu da de için ile çok ne o ben sen biz siz daha gibi ama kadar en var yok mi mı olarak olan sonra değil her şey merhaba bugün iyi teşekkür ederim nasıl benim senin adım oldu olduğu ya ki hem diye bana sana bunu şimdi günaydın hoş geldiniz',
  ro: 'de și în a la cu nu că o pe un din care este mai sunt pentru ca se al să au ce fost lui ai îi le am el ea dar acest această foarte bună ziua mulțumesc azi astăzi eu tu noi voi mă te meu mea sau după când cum fi are bine prin salut unui unei',
  hu: 'a az és hogy nem is egy ez de van volt meg csak ha már mint még én te mi ti ők azt ki be fel nagyon jó napot szia köszönöm ma vagyok vagy lesz el itt ott mert minden kell lehet ezt után között úgy így sok két első aki amely hogyan nekem',
};

/** Letters that point to a language: each counts once per appearance. */
const tellingLetters: Partial<Record<Language, string>> = {
  de: 'ß',
  fr: 'œçèêàùâîôëï',
  es: 'ñ¿¡',
  it: 'òìù',
  pt: 'ãõ',
  pl: 'łąęśźżćń',
  sv: 'åäö',
  da: 'æøå',
  nb: 'æøå',
  fi: 'äö',
  cs: 'řůěšžčýť',
  tr: 'ğışİ',
  ro: 'țșăîâţş',
  hu: 'őűáéöü',
};

const lists = Object.entries(smallWords).map(
  ([lang, words]) => [lang as Language, new Set(words.split(' '))] as const,
);
/** A word that many languages share says little about each of them. */
const shared = new Map<string, number>();
for (const [, words] of lists) for (const word of words) shared.set(word, (shared.get(word) ?? 0) + 1);

/** Signs per word: running text of the right language has 0.2 to 0.6. */
const LEAST_DENSITY = 0.06;

const ukrainian = /[іїєґ]/gi;
const russian = /[ыэъё]/gi;

/** Guesses the language of clean text; undefined when it is in a script that no built-in voice reads. */
export function guessLanguage(text: string): LanguageGuess | undefined {
  const script = mainScript(text);
  if (script === 'none') return { lang: 'en', sure: false };
  if (script === 'other') return undefined;
  if (script === 'Greek') return { lang: 'el', sure: true };
  if (script === 'Arabic') return { lang: 'ar', sure: true };
  if (script === 'Devanagari') return { lang: 'hi', sure: true };
  if (script === 'Cyrillic') {
    const uk = text.match(ukrainian)?.length ?? 0;
    const ru = text.match(russian)?.length ?? 0;
    return uk > ru ? { lang: 'uk', sure: true } : { lang: 'ru', sure: ru > 0 || text.length > 60 };
  }
  const scores = latinScores(text);
  const [best, next] = scores;
  const words = text.split(/\s+/).length;
  // One sign in a long text is chance; English is what lists of names and terms are read in.
  if (best === undefined || best.score === 0 || best.score < words * LEAST_DENSITY)
    return { lang: 'en', sure: false };
  return { lang: best.lang, sure: best.score >= 2 && best.score > 1.4 * (next?.score ?? 0) };
}

type Script = 'Latin' | 'Greek' | 'Cyrillic' | 'Arabic' | 'Devanagari' | 'other' | 'none';

function mainScript(text: string): Script {
  const counts: Record<Exclude<Script, 'none'>, number> = {
    Latin: (text.match(/\p{Script=Latin}/gu) ?? []).length,
    Greek: (text.match(/\p{Script=Greek}/gu) ?? []).length,
    Cyrillic: (text.match(/\p{Script=Cyrillic}/gu) ?? []).length,
    Arabic: (text.match(/\p{Script=Arabic}/gu) ?? []).length,
    Devanagari: (text.match(/\p{Script=Devanagari}/gu) ?? []).length,
    other: 0,
  };
  const letters = (text.match(/\p{L}/gu) ?? []).length;
  if (letters === 0) return 'none';
  counts.other = letters - Object.values(counts).reduce((sum, value) => sum + value, 0);
  // One sign of Han or Kana carries about as much as three letters.
  counts.other *= 2;
  return (Object.entries(counts) as [Script, number][]).sort((a, b) => b[1] - a[1])[0]![0];
}

function latinScores(text: string): { lang: Language; score: number }[] {
  const words = text.toLowerCase().match(/[\p{L}\p{M}]+(?:['’][\p{L}]+)?/gu) ?? [];
  const letters = text.toLowerCase();
  const scores = lists.map(([lang, list]) => {
    let score = 0;
    for (const word of words.slice(0, 2000)) {
      const plain = word.replace('’', "'");
      const known = list.has(plain) ? plain : plain.split("'").find((part) => part !== '' && list.has(part));
      if (known !== undefined) score += 1 / Math.sqrt(shared.get(known) ?? 1);
    }
    const telling = tellingLetters[lang];
    if (telling !== undefined) {
      let found = 0;
      for (const letter of letters.slice(0, 10_000)) if (telling.includes(letter)) found++;
      const others = Object.values(tellingLetters).filter((set) => [...telling].some((l) => set.includes(l)));
      score += (found * 1.2) / Math.sqrt(others.length);
    }
    return { lang, score };
  });
  return scores.sort((a, b) => b.score - a.score);
}

/** Share of the letters that a voice of `lang` can read, 0..1 (1 when there are none). */
export function readableShare(text: string, lang: Language): number {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return 1;
  const own =
    lang === 'el'
      ? /[\p{Script=Greek}\p{Script=Latin}]/gu
      : lang === 'ru' || lang === 'uk'
        ? /[\p{Script=Cyrillic}\p{Script=Latin}]/gu
        : lang === 'ar'
          ? /[\p{Script=Arabic}\p{Script=Latin}]/gu
          : lang === 'hi'
            ? /[\p{Script=Devanagari}\p{Script=Latin}]/gu
            : /\p{Script=Latin}/gu;
  return (text.match(own)?.length ?? 0) / letters;
}
