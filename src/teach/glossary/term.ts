/** A word of the field and what it means, in a sentence or two. */
export interface Term {
  /** Stable: it is in addresses. */
  readonly id: string;
  readonly name: string;
  /** Further forms in which texts have it. `name` itself is always one. */
  readonly forms: readonly string[];
  readonly says: string;
  readonly topic: Topic;
}

export type Topic =
  | 'The machine'
  | 'Shadow paging'
  | 'Xen'
  | 'KVM'
  | 'XI'
  | 'Paravirtual'
  | 'Nested paging'
  | 'Order';

/** Makes terms of one topic: id, name, what it says, further forms. */
export const termsOf =
  (topic: Topic) =>
  (id: string, name: string, says: string, ...forms: readonly string[]): Term => ({
    id,
    name,
    says,
    topic,
    forms,
  });
