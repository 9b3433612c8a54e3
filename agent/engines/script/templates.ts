// The form of a template language, and the words of German, French and Spanish. `{topic}` is the cleaned topic,
// put where it needs no agreement; `{persona}` is who speaks.
import { english } from './templates-english.ts';

export interface TemplateLanguage {
  /** First sentence by kind of topic: something to talk about, a question, a request ("say hello to Anna"). */
  open: { thing: readonly string[]; question: readonly string[]; request: readonly string[] };
  /** Names the speaker; used when a persona is given. */
  introduce: readonly string[];
  /** In this order, so that a talk gets somewhere: why, how, a turn, a wish. Any of them may be left out. */
  parts: readonly (readonly string[])[];
  close: readonly string[];
}

const german: TemplateLanguage = {
  open: {
    thing: [
      'Heute geht es um ein Thema, das mir am Herzen liegt: {topic}.',
      'Reden wir kurz über Folgendes: {topic}.',
      'Mein Thema für heute: {topic}.',
      'Schön, dass ihr da seid. Es geht um: {topic}.',
    ],
    question: [
      'Hier ist eine gute Frage: {topic}?',
      'Habt ihr euch das auch schon gefragt: {topic}?',
      'Eine Frage lässt mich nicht los: {topic}?',
    ],
    request: [
      'Ich habe heute einen Wunsch bekommen: {topic}.',
      'Meine Aufgabe für heute lautet so: {topic}.',
    ],
  },
  introduce: ['Wer hier spricht? {persona}.', 'Ihr hört heute: {persona}.'],
  parts: [
    [
      'Auf den ersten Blick wirkt das ganz einfach.',
      'Viele Leute denken kaum darüber nach.',
      'Darüber wird viel geredet, aber selten in Ruhe.',
      'Das begegnet uns öfter, als man meint.',
    ],
    [
      'Wenn man genauer hinsieht, steckt eine ganze Geschichte dahinter.',
      'Mich überrascht immer wieder, wie viel man dabei entdecken kann.',
      'Schon ein kleiner Schritt verändert oft den ganzen Blick.',
      'Am besten fängt man klein an und bleibt neugierig.',
      'Jeder bringt dazu seine eigene Erfahrung mit.',
    ],
    [
      'Natürlich gibt es auch andere Meinungen, und das ist gut so.',
      'Nicht alles daran ist leicht, und das darf man ruhig sagen.',
      'Es kommt nicht darauf an, alles sofort zu verstehen.',
      'Manchmal hilft es, einfach jemanden zu fragen, der sich auskennt.',
    ],
    [
      'Nehmt euch heute fünf Minuten Zeit dafür.',
      'Erzählt einem Freund davon und hört zu, was er sagt.',
      'Probiert es selbst aus, dann bleibt es am besten im Kopf.',
      'Vielleicht seht ihr es morgen mit anderen Augen.',
    ],
  ],
  close: [
    'Danke fürs Zuhören.',
    'Das war es von mir. Bis bald!',
    'Bleibt neugierig.',
    'Ich freue mich auf das nächste Mal.',
  ],
};

const french: TemplateLanguage = {
  open: {
    thing: [
      'Aujourd’hui, parlons d’un sujet qui me tient à cœur : {topic}.',
      'Voici mon sujet du jour : {topic}.',
      'Bonjour à tous. Le sujet du jour : {topic}.',
    ],
    question: ['Voici une bonne question : {topic} ?', 'Vous êtes-vous déjà posé cette question : {topic} ?'],
    request: ['On m’a demandé une chose aujourd’hui : {topic}.', 'Voici ma mission du jour : {topic}.'],
  },
  introduce: ['Qui vous parle ? {persona}.', 'Au micro aujourd’hui : {persona}.'],
  parts: [
    [
      'À première vue, cela semble très simple.',
      'Beaucoup de gens n’y pensent presque jamais.',
      'On en parle souvent, mais rarement avec calme.',
      'On y est confronté plus souvent qu’on ne le croit.',
    ],
    [
      'En regardant de plus près, on découvre toute une histoire.',
      'Je suis toujours surpris de voir combien il y a à apprendre.',
      'Un petit pas suffit souvent pour changer de regard.',
      'Le mieux est de commencer doucement et de rester curieux.',
      'Chacun y apporte sa propre expérience.',
    ],
    [
      'Bien sûr, d’autres avis existent, et c’est très bien ainsi.',
      'Tout n’est pas facile, et on a le droit de le dire.',
      'Il n’est pas nécessaire de tout comprendre tout de suite.',
      'Parfois, il suffit de demander à quelqu’un qui connaît bien le sujet.',
    ],
    [
      'Prenez cinq minutes aujourd’hui pour y penser.',
      'Parlez-en à un ami et écoutez sa réponse.',
      'Essayez vous-même : c’est la meilleure façon d’apprendre.',
      'Demain, vous verrez peut-être les choses autrement.',
    ],
  ],
  close: [
    'Merci de votre attention.',
    'C’est tout pour aujourd’hui. À bientôt !',
    'Restez curieux.',
    'Au plaisir de vous retrouver.',
  ],
};

const spanish: TemplateLanguage = {
  open: {
    thing: [
      'Hoy quiero hablar de un tema que me gusta mucho: {topic}.',
      'Este es el tema de hoy: {topic}.',
      'Hola a todos. El tema de hoy: {topic}.',
    ],
    question: [
      'Aquí va una buena pregunta: ¿{topic}?',
      'Hay una pregunta que no me deja tranquilo: ¿{topic}?',
    ],
    request: ['Hoy me han pedido una cosa: {topic}.', 'Esta es mi tarea de hoy: {topic}.'],
  },
  introduce: ['¿Quién les habla? {persona}.', 'Hoy les habla: {persona}.'],
  parts: [
    [
      'A primera vista parece algo muy sencillo.',
      'Mucha gente casi nunca piensa en ello.',
      'Se habla mucho de esto, pero pocas veces con calma.',
      'Nos lo encontramos más a menudo de lo que parece.',
    ],
    [
      'Si miramos con atención, descubrimos toda una historia.',
      'Siempre me sorprende cuánto se puede aprender.',
      'Un pequeño paso basta para verlo de otra manera.',
      'Lo mejor es empezar poco a poco y mantener la curiosidad.',
      'Cada persona aporta su propia experiencia.',
    ],
    [
      'Por supuesto, hay otras opiniones, y eso es bueno.',
      'No todo es fácil, y también se puede decir.',
      'No hace falta entenderlo todo desde el primer momento.',
      'A veces ayuda preguntar a alguien que sabe del tema.',
    ],
    [
      'Dedíquenle hoy cinco minutos.',
      'Cuéntenselo a un amigo y escuchen su respuesta.',
      'Prueben por su cuenta: es la mejor forma de aprender.',
      'Quizás mañana lo vean con otros ojos.',
    ],
  ],
  close: [
    'Gracias por escuchar.',
    'Eso es todo por hoy. ¡Hasta pronto!',
    'Mantengan la curiosidad.',
    'Nos vemos la próxima vez.',
  ],
};

/** English has words for every tone; the other languages have one friendly tone. */
export const templates = { en: english, de: german, fr: french, es: spanish } as const;
export type TemplateLang = keyof typeof templates;
