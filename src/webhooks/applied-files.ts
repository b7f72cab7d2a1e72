/** What this folder needs kept where several runners have a webhooks.json each. May throw a StoreUnavailableError. */
export type AppliedFiles = {
	/**
	 * Applies a file, named by the hash of its text, while no other runner applies one. Not where another file came after it: on a runner that
	 * has still, or again, the one before. What `apply` throws comes back, and the file does not count as applied.
	 */
	apply(fileHash: string, apply: () => Promise<void>): Promise<'applied' | 'superseded'>
}

/** What is known after a file is to be applied: those that were, the last one last; undefined when another one came after it. */
export function withFile(applied: readonly string[], fileHash: string, most: number): string[] | undefined {
	if (applied.at(-1) === fileHash) return [...applied]
	return applied.includes(fileHash) ? undefined : [...applied, fileHash].slice(-most)
}

/** Why a file is not applied. */
export const supersededText =
	'Another runner has applied a newer webhooks.json since this one was: deploy the newer one here, or change this one to have it applied.'
