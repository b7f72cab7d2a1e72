/** A runner as one of those that share a store. */
export type NodeFacts = {
	nodeId: string
	/** The same after each start on a data folder, which belongs to one runner at a time. */
	folderId: string
	host: string
	version: string
	/** Jobs that it runs at once. */
	slots: number
	/** Whether it takes no more jobs. */
	isDraining: boolean
}

/** A runner as the store knows it. Times are milliseconds since 1970, by the clock of the store. */
export type Node = Omit<NodeFacts, 'isDraining'> & {
	registrationTime: number
	/** When it told last that it lives. */
	beatTime: number
	/** When the contents last changed that it has. */
	contentsTime: number
	/** Since when it takes no more jobs; null while it does. */
	drainingTime: number | null
	/** Jobs that it has taken and that have not ended. */
	runningCount: number
}

/** A content of a runbook that lies in a runner's folder. */
export type NodeContent = { contentHash: string; runbookName: string }

/** What is known of all runners. */
export type NodesOverview = {
	/** The clock of the store. */
	now: number
	nodes: Node[]
	contents: (NodeContent & { nodeId: string })[]
	/** Those that went silent without leaving, and did not come back. */
	lost: { host: string; lostTime: number }[]
	/** Runbooks with jobs that wait and that no runner may run: none has their content, and it is not kept whole. */
	stranded: string[]
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
	/** Tells that a node lives, whatever else is asked of the store; whether it is to take no more jobs, or undefined when it is none any more. */
	renew(nodeId: string): Promise<{ isDraining: boolean } | undefined>
	/** The jobs of a node that are Stopping. */
	listStopping(nodeId: string): Promise<string[]>
	/** Tells which contents a node has, in place of those that it had. */
	setContents(nodeId: string, contents: readonly NodeContent[]): Promise<void>
	/** Lets the runner of a folder take no more jobs, or take them again; none is taken once this has resolved. Whether there is such a runner. */
	setDraining(folderId: string, isDraining: boolean): Promise<boolean>
	/** All nodes, those first that came first. */
	list(): Promise<Node[]>
	/** Which nodes have these contents, and which of them are not kept whole, so that nobody else can run them. */
	whoHas(contentHashes: readonly string[]): Promise<{ having: { contentHash: string; nodeId: string }[]; partial: string[] }>
	/** What is known of all, those that were lost within `milliseconds` among it. */
	overview(milliseconds: number): Promise<NodesOverview>
	/** Takes those out that did not tell for longer than `milliseconds`; their hosts. */
	takeOutSilent(milliseconds: number): Promise<string[]>
	/** Takes a node out that ends. */
	takeOut(nodeId: string): Promise<void>
	/** Says who is told what the other runners tell. */
	hear(listener: NodeListener): void
}
