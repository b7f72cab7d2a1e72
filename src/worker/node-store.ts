/** A runner as one of those that share a store. */
export type NodeFacts = {
	nodeId: string
	/** The same after each start on a data folder, which belongs to one runner at a time. */
	folderId: string
	host: string
	version: string
}

/** What this folder needs kept where several runners share a store. Every method may throw a StoreUnavailableError. */
export type NodeStore = {
	/** Makes a runner a node; the one that its folder was before is none any more. */
	register(node: NodeFacts): Promise<void>
	/** Tells that a node lives; the jobs of it that are Stopping, or undefined when it is none any more. */
	renew(nodeId: string): Promise<string[] | undefined>
	/** Takes those out that did not tell for longer than `milliseconds`; their hosts. */
	takeOutSilent(milliseconds: number): Promise<string[]>
	/** Takes a node out that ends. */
	takeOut(nodeId: string): Promise<void>
}
