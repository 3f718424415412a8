/** Expected failure is a value: what was asked for, or an error that the caller must look at. */
export type Result<T, E> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'error'; readonly error: E };

export const ok = <T>(value: T): { readonly kind: 'ok'; readonly value: T } => ({ kind: 'ok', value });
export const fail = <E>(error: E): { readonly kind: 'error'; readonly error: E } => ({
  kind: 'error',
  error,
});
