/** Names of what the scene shows: the same that invariants, focus and links use. Panels know them through the scene. */
export * from '../../hypervisor/entity';
