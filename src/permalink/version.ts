/**
 * The format of links and of `.shadowscope` files. Every change of `LinkState` that an older page would misread is a new
 * number, with an upgrader (upgraders/) and frozen links (e2e/urls/v<number>/) of its own. Numbers are never reused.
 *
 * - 1: scenario text, switches, branches, moment, focus, view, fingerprint of the step tables.
 */
export const LINK_VERSION = 1;
