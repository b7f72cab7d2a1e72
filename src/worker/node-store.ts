/** A runner as one of those that share a store. */
export type NodeFacts = {
	nodeId: string
	/** The same after each start on a data folder, which belongs to one runner at a time. */
	folderId: string
	host: string
	version: string
}

/**
 * What the runners of a store tell each other, no earlier than it is committed: ids alone. It may get lost, so whoever hears it looks from time to
 * time as well.
 */
export type NodeListener = {
	/** There may be something to claim. */
	claimable(): void
	/** A job is Stopping. */
	stop(jobId: string): void
	/** Records of a job were written, or its status. */
	written(jobId: string): void
}

/** What this folder needs kept where several runners share a store. Every method may throw a StoreUnavailableError. */
export type NodeStore = {
	/** Makes a runner a node; the one that its folder was before is none any more. */
	register(node: NodeFacts): Promise<void>
	/** Tells that a node lives, whatever else is asked of the store; false when it is none any more. */
	renew(nodeId: string): Promise<boolean>
	/** The jobs of a node that are Stopping. */
	listStopping(nodeId: string): Promise<string[]>
	/** Takes those out that did not tell for longer than `milliseconds`; their hosts. */
	takeOutSilent(milliseconds: number): Promise<string[]>
	/** Takes a node out that ends. */
	takeOut(nodeId: string): Promise<void>
	/** Says who is told what the other runners tell. */
	hear(listener: NodeListener): void
}
