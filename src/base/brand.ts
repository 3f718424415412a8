declare const brand: unique symbol;

/** A number of one world that must not be mixed with a number of another (frames, cells, steps). */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
