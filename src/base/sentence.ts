/** What went wrong as a sentence, so that another one can follow: the words of an error often end without a full stop. */
export const sentence = (words: string): string => (/[.!?…]["”’)]*$/.test(words) ? words : `${words}.`);
