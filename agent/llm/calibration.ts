/** Tokens of the three prompts, about: their words are made up, and models differ in how they cut those. */
const PROMPT_TOKENS = [64, 128, 256];

/** Tokens written for each prompt, at most: twice as many as a rate needs. */
export const CALIBRATION_OUTPUT_TOKENS = 32;

/** Characters that make a token of made-up words, about. */
const CHARACTERS_PER_TOKEN = 2.5;

const CONSONANTS = "bdfgklmnprstvz";
const VOWELS = "aeiou";

/** What the model is to do with the words. Behind them, so that all prompts begin differently. */
const TASK = "\nTell a long story in which these names occur.";

/**
 * Prompts to measure with, short, and random from the first letter on, so that no model server has any of them in its
 * cache.
 *
 * @param random 0..1, as `Math.random`
 */
export function calibrationPrompts(random: () => number = Math.random): string[] {
  return PROMPT_TOKENS.map((tokens) => {
    const words: string[] = [];
    let left = tokens * CHARACTERS_PER_TOKEN - TASK.length + 1;
    while (left > 0) {
      const word = madeUpWord(random);
      words.push(word);
      left -= word.length + 1;
    }
    return words.join(" ") + TASK;
  });
}

function madeUpWord(random: () => number): string {
  const syllables = 2 + Math.floor(random() * 3);
  let word = "";
  for (let n = 0; n < syllables; n++) word += letterOf(CONSONANTS, random) + letterOf(VOWELS, random);
  return word;
}

function letterOf(letters: string, random: () => number): string {
  return letters.charAt(Math.floor(random() * letters.length));
}
