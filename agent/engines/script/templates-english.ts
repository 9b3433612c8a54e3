// The words of the English templates, by tone. Every sentence stands for itself, so that any choice of them
// reads as one talk.
import type { Tone } from '@myspinbot/shared/project/options.ts';
import type { TemplateLanguage } from './templates.ts';

const casual: TemplateLanguage = {
  open: {
    thing: [
      "Hey there! Let's talk about {topic}.",
      'So, I have been thinking a lot about {topic}.',
      "Hi! Today it's all about {topic}.",
      'Okay, quick one today: {topic}.',
    ],
    question: [
      "Here's a question for you: {topic}?",
      'I got asked something great this week: {topic}?',
      "Let's be honest, we all wonder about this one: {topic}?",
    ],
    request: ['So, here is what I was asked to do: {topic}.', "Hey! Today's little mission: {topic}."],
  },
  introduce: [
    "By the way, I'm {persona}.",
    "If we haven't met, I'm {persona}.",
    'And yes, you are hearing this from {persona}.',
  ],
  parts: [
    [
      'It sounds simple at first, but give it a minute.',
      'Most people walk right past it and never look twice.',
      'It comes up more often than you might think.',
      "I used to ignore it, and I'm glad I stopped.",
    ],
    [
      "Once you look a little closer, there's a whole story hiding in there.",
      'The fun part is that everybody has their own take on it.',
      'You start with one small thing, and suddenly you want to know the next one.',
      'Honestly, the little details are the best bit.',
      "You don't need a plan or fancy gear, just a bit of curiosity.",
    ],
    [
      "Sure, it's not always easy, and that's fine.",
      'Some folks see it differently, and I love hearing why.',
      "You'll get a few things wrong, and nobody will mind.",
      'I still change my mind about it now and then.',
      'And when it gets confusing, just ask someone who has been there.',
    ],
    [
      'So take five minutes today and see for yourself.',
      'Tell a friend about it and watch what happens.',
      'Try it once this week, and keep what works for you.',
      'Write down one thing that surprised you.',
      'Who knows, it might be the best part of your day.',
    ],
  ],
  close: [
    'Thanks for hanging out.',
    "That's it from me. See you soon!",
    'Take care, and stay curious.',
    'Catch you next time!',
  ],
};

const formal: TemplateLanguage = {
  open: {
    thing: [
      'Good day. My subject today is {topic}.',
      'Thank you for your time. I would like to speak about {topic}.',
      'Allow me to share a few thoughts on {topic}.',
      'Welcome. In the next moments, we will consider {topic}.',
    ],
    question: [
      'Good day. Let us consider one question: {topic}?',
      'I would like to address a question that is often raised: {topic}?',
    ],
    request: [
      'Good day. I have been asked to do the following: {topic}.',
      'Allow me to fulfil a request: {topic}.',
    ],
  },
  introduce: [
    'I speak to you today as {persona}.',
    'You are listening to {persona}.',
    'My name stands for one thing: I am {persona}.',
  ],
  parts: [
    [
      'The matter deserves more attention than it usually receives.',
      'At first sight it appears simple, yet there is much to consider.',
      'It concerns more people than one might expect.',
      'A clear view of it helps us to decide well.',
    ],
    [
      'A careful look reveals connections that are easily overlooked.',
      'Experience shows that small steps often lead to lasting results.',
      'Those who have studied it for years still find new aspects.',
      'Good information is the best foundation for any discussion.',
      'Each of us brings a different perspective, and each of them is useful.',
    ],
    [
      'Naturally, there are different opinions, and they should be heard.',
      'Not every difficulty can be avoided, but most can be understood.',
      'We should be patient where the answers are not yet known.',
      'It is wise to separate what we know from what we assume.',
    ],
    [
      'I encourage you to take a few minutes and form your own opinion.',
      'I recommend discussing the matter with people whose judgement you trust.',
      'A first step can be taken today, and it need not be a large one.',
      'May these thoughts serve as a useful beginning.',
    ],
  ],
  close: [
    'Thank you for your attention.',
    'I thank you for listening and wish you a pleasant day.',
    'Thank you, and goodbye.',
    'I look forward to our next meeting.',
  ],
};

const playful: TemplateLanguage = {
  open: {
    thing: [
      'Drum roll, please! Today we dive into {topic}.',
      'Buckle up, my friends, because we are off to explore {topic}!',
      'Guess what is on the menu today? Exactly: {topic}!',
      'Ladies, gentlemen and curious cats, I give you {topic}!',
    ],
    question: ['Riddle time! Here it comes: {topic}?', 'Put on your thinking hat and tell me: {topic}?'],
    request: ['Ta-da! My secret mission for today: {topic}.', 'A little bird gave me a job: {topic}!'],
  },
  introduce: [
    'Your guide on this adventure? I am {persona}, at your service!',
    'Yes, it is really me: {persona}!',
    'Speaking to you live from my own head: {persona}!',
  ],
  parts: [
    [
      'It looks innocent, but do not be fooled!',
      'Rumour has it that even my toaster has an opinion on this.',
      'It hides in plain sight, like a sock behind the sofa.',
      'If it were a cake, I would ask for the whole recipe.',
    ],
    [
      'Peek behind the curtain, and you will find a small circus of surprises.',
      'One step leads to another, and suddenly you are dancing.',
      'The best discoveries begin with the words: hm, that is funny.',
      'Bring a snack, because curiosity makes hungry.',
      'Every answer opens two new doors, and at least one of them squeaks.',
    ],
    [
      'Will it get a bit messy? Of course, and that is half the fun!',
      'You may trip once or twice, but so do penguins, and they look great.',
      'Some say I exaggerate, and they are a million percent right.',
      'If you get lost, just follow the giggles.',
    ],
    [
      'So grab a friend and give it a spin!',
      'Try it today, before your slippers find out.',
      'Take one tiny step, and do a little dance for it.',
      'Then report back to me, with jokes if possible.',
    ],
  ],
  close: [
    'That was fun! Bye for now!',
    'Over and out, with sprinkles on top!',
    'Stay silly, my friends.',
    'See you later, and mind the banana peel!',
  ],
};

const dramatic: TemplateLanguage = {
  open: {
    thing: [
      'Listen closely, for this is a tale about {topic}.',
      'There are moments that change everything. This one is about {topic}.',
      'In the silence before the dawn, one thought remains: {topic}.',
      'No one was ready for the truth about {topic}.',
    ],
    question: [
      'One question echoes through the night: {topic}?',
      'There is a question no one dares to ask: {topic}?',
    ],
    request: ['Fate has given me a single task: {topic}.', 'They asked me to do the unthinkable: {topic}.'],
  },
  introduce: [
    'Who speaks these words? I am {persona}.',
    'Remember this voice. I am {persona}.',
    'You stand before {persona}.',
  ],
  parts: [
    [
      'It begins quietly, like the first drop of rain.',
      'For a long time, nobody saw what was coming.',
      'Everything seemed ordinary, and that was the trap.',
      'The signs were always there, written in plain sight.',
    ],
    [
      'Then, behind the silence, a deeper story came to light.',
      'Each answer opened a door, and behind each door waited another.',
      'What seemed small grew until it filled the whole sky.',
      'Some turned away, and others could not stop looking.',
      'And in that moment, the whole world held its breath.',
    ],
    [
      'There was doubt, and there was fear, but there was also hope.',
      'Many said that it could not be done.',
      'The path was steep, and the night was long.',
      'Yet somewhere in the dark, a single light refused to die.',
    ],
    [
      'Now the choice is yours, and yours alone.',
      'Take the first step, while there is still time.',
      'Tell this story, so that it will never be forgotten.',
      'What happens next begins with you.',
    ],
  ],
  close: [
    'And nothing will ever be the same.',
    'This is not the end. It is the beginning.',
    'Remember these words.',
    'The rest is silence.',
  ],
};

export const english: Readonly<Record<Tone, TemplateLanguage>> = { casual, formal, playful, dramatic };
