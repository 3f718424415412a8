/** Characters a link's payload may have. More than any page of ours ever writes, little enough to look at in one go. */
export const MAX_ENCODED = 64 * 1024;

/** Bytes it may inflate to, and bytes a file may have. Checked while inflating: a short payload can promise gigabytes. */
export const MAX_DECODED = 1024 * 1024;

/** A link longer than this is cut by some mail programs and chats, so a file is offered instead. */
export const MAX_SHARED_LINK = 8_000;
