import { randomUUIDv7 } from 'node:crypto'
import { type Clock, repeatedly } from '../clock.ts'
import { NODE_BEAT_INTERVAL, NODE_BRIDGED_TIME_MAX, NODE_PINGED_TIME_MAX, NODE_SILENT_TIME_MAX, NODE_WATCH_INTERVAL } from '../limits.ts'
import type { Log } from '../log.ts'
import type { NodeContent, NodeFacts, NodeListener, NodeStore } from './node-store.ts'

type Parts = {
	/** undefined where one runner has the store for itself: then nothing has to be renewed. */
	nodes: NodeStore | undefined
	facts: Omit<NodeFacts, 'nodeId' | 'isDraining'>
	clock: Clock
	log: Log
}

/** What claims are for. */
export type ClaimUser = NodeListener & {
	/** Ends all that runs, and resolves when nothing of it does any more. */
	giveUp(): Promise<void>
	/** Called at each beat: takes up the jobs of nodes that are gone, and looks whether there is something to claim. */
	beat(): Promise<void>
}

/**
 * Keeps the claims of this runner where several share a store. It tells each second that it lives; when it could not for so long that the others
 * are about to take its jobs it ends them, and goes on as another node: what the earlier one still writes changes nothing.
 */
export class NodeClaims implements AsyncDisposable {
	readonly #parts: Parts
	readonly #used = new AsyncDisposableStack()
	#nodeId: string | undefined
	/** undefined as long as nothing is run. */
	#user: ClaimUser | undefined
	/** When the last beat that arrived was sent: by a clock that nobody sets. */
	#renewedTime = performance.now()
	#givingUp = Promise.resolve()
	#drainingTime: number | null = null
	/** When that was said last: an answer to a beat that was sent before knows nothing of it. */
	#drainingSetTime = performance.now()
	#contents: readonly NodeContent[] = []
	/** For which node which contents were told last. */
	#told: { nodeId: string; contents: readonly NodeContent[] } | undefined
	#telling = Promise.resolve()

	constructor(parts: Parts) {
		this.#parts = parts
	}

	/** Makes this runner a node and begins to beat: what else has to be opened may take longer than one may be silent. Throws a StoreUnavailableError. */
	async begin(): Promise<void> {
		const { nodes, clock } = this.#parts
		if (!nodes) return
		await this.#enter(nodes)
		const beat = this.#orLogged('The claims could not be renewed', () => this.#beat(nodes))
		this.#used.use(repeatedly(beat, { clock, interval: NODE_BEAT_INTERVAL }))
		const watch = async () => {
			if (this.#nodeId !== undefined && !this.isHeld()) this.#lose(`they could not be renewed for ${NODE_BRIDGED_TIME_MAX / 1000} s`)
		}
		this.#used.use(repeatedly(watch, { clock, interval: NODE_WATCH_INTERVAL }))
	}

	async #enter(nodes: NodeStore): Promise<void> {
		const { facts } = this.#parts
		const nodeId = randomUUIDv7()
		const sentTime = performance.now()
		await nodes.register({ ...facts, nodeId, isDraining: this.#drainingTime !== null })
		this.#renewedTime = sentTime
		this.#nodeId = nodeId
	}

	/** For whom jobs may be claimed now; undefined when they may not. */
	get holder(): string | null | undefined {
		return this.#parts.nodes ? this.#nodeId : null
	}

	/** Since when this runner takes no more jobs; null while it does. */
	get drainingTime(): number | null {
		return this.#drainingTime
	}

	/** Lets this runner take no more jobs, or take them again. What runs goes on. */
	setDraining(isDraining: boolean): void {
		this.#drainingSetTime = performance.now()
		if (isDraining === (this.#drainingTime !== null)) return
		this.#drainingTime = isDraining ? this.#parts.clock.now() : null
		this.#parts.log.info(isDraining ? 'This runner is draining: it takes no more jobs' : 'This runner takes jobs again')
	}

	/** Tells the others which contents lie in the folder of this runner; resolves when they know. Throws a StoreUnavailableError. */
	announce(contents: readonly NodeContent[]): Promise<void> {
		this.#contents = contents
		return this.#tellContents()
	}

	/** Whether sandboxes may go on if this runner freezes from now on. */
	isRenewed(): boolean {
		return !this.#parts.nodes || this.#silentTime() < NODE_PINGED_TIME_MAX
	}

	/** Whether no other runner can have taken the jobs of this one yet: one that was frozen finds that out when it wakes, before it has asked. */
	isHeld(): boolean {
		return !this.#parts.nodes || this.#silentTime() < NODE_BRIDGED_TIME_MAX
	}

	/** Begins to look for what others have done, and says who ends what runs when the claims are lost. */
	use(user: ClaimUser): void {
		const { nodes, clock } = this.#parts
		if (!nodes) return
		this.#user = user
		nodes.hear(user)
		const look = this.#orLogged('Jobs of other nodes could not be looked for', () => this.#look(nodes, user))
		this.#used.use(repeatedly(look, { clock, interval: NODE_BEAT_INTERVAL }))
	}

	/** Ends the beats. The jobs have to be given back before. */
	async [Symbol.asyncDispose](): Promise<void> {
		const { nodes, log } = this.#parts
		await this.#used.disposeAsync()
		if (!nodes || this.#nodeId === undefined) return
		await nodes.takeOut(this.#nodeId).catch((error: Error) => log.warn('The node could not be taken out', { reason: error.message }))
	}

	#orLogged(what: string, work: () => Promise<void>): () => Promise<void> {
		return () => work().catch((error: Error) => this.#parts.log.debug(what, { reason: error.message }))
	}

	async #beat(nodes: NodeStore): Promise<void> {
		// What ran for the node before must have ended: of one job nothing is started here twice.
		await this.#givingUp
		const nodeId = this.#nodeId
		if (nodeId === undefined) return this.#enter(nodes)
		const sentTime = performance.now()
		const renewed = await nodes.renew(nodeId)
		if (this.#nodeId !== nodeId) return
		if (!renewed) return this.#lose('another node has taken them')
		this.#renewedTime = sentTime
		if (sentTime > this.#drainingSetTime) this.setDraining(renewed.isDraining)
	}

	/** One after the other; who waits for its turn finds that it was told by then, mostly. */
	#tellContents(): Promise<void> {
		const tell = async (): Promise<void> => {
			const nodeId = this.#nodeId
			const contents = this.#contents
			if (nodeId === undefined || (this.#told?.nodeId === nodeId && this.#told.contents === contents)) return
			await this.#parts.nodes!.setContents(nodeId, contents)
			this.#told = { nodeId, contents }
		}
		const told = this.#telling.then(tell)
		this.#telling = told.catch(() => undefined)
		return told
	}

	async #look(nodes: NodeStore, user: ClaimUser): Promise<void> {
		if (this.#nodeId === undefined) return
		for (const jobId of await nodes.listStopping(this.#nodeId)) user.stop(jobId)
		for (const host of await nodes.takeOutSilent(NODE_SILENT_TIME_MAX))
			this.#parts.log.warn('A node is silent: its jobs are taken up', { host })
		// To the node that it has become since, and where the store was away.
		await this.#tellContents()
		await user.beat()
	}

	#lose(because: string): void {
		this.#parts.log.error('The claims of this runner are lost: its jobs are ended and start again', { because })
		this.#nodeId = undefined
		this.#givingUp = this.#user?.giveUp() ?? Promise.resolve()
	}

	#silentTime(): number {
		return performance.now() - this.#renewedTime
	}
}
