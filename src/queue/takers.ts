/** A runner as far as it takes jobs. `nodeId` is null where one runner has the store for itself. */
export type Taker = { nodeId: string | null; slots: number; isDraining: boolean }

/** Which runners take jobs of which contents. */
export type Takers = {
	all: readonly Taker[]
	/** Whether a runner may take jobs of a content, were it not draining. */
	mayTake(taker: Taker, contentHash: string): boolean
}

/** Which runners have which contents, and which contents cannot be run by others, because they are not kept whole. */
export type ContentPlaces = { having: readonly { contentHash: string; nodeId: string }[]; partial: readonly string[] }

/**
 * Who takes what, as the function may_take of the PostgreSQL store has it: a runner that has the content in its folder; where none has it that
 * takes jobs any, if the content is kept whole.
 */
export function takersOf(all: readonly Taker[], { having, partial }: ContentPlaces): Takers {
	return {
		all,
		mayTake({ nodeId }, contentHash) {
			const owners = having.filter((each) => each.contentHash === contentHash).map((each) => each.nodeId)
			if (nodeId === null || owners.includes(nodeId)) return true
			return !all.some((other) => !other.isDraining && owners.includes(other.nodeId ?? '')) && !partial.includes(contentHash)
		},
	}
}
