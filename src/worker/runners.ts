import type { Clock } from '../clock.ts'
import { NODE_LOST_TIME } from '../limits.ts'
import type { QueueStore } from '../queue/queue-store.ts'
import { type Taker, type Takers, takersOf } from '../queue/takers.ts'
import type { NodeClaims } from './node-claims.ts'
import type { Node, NodeFacts, NodeStore, NodesOverview } from './node-store.ts'

/** A runner as it is shown: its id is the same after each start. */
export type Runner = Node & { isThis: boolean }

type Parts = {
	nodes: NodeStore | undefined
	claims: Pick<NodeClaims, 'drainingTime' | 'setDraining'>
	facts: Omit<NodeFacts, 'nodeId' | 'isDraining'>
	queue: Pick<QueueStore, 'slotHolders'>
	/** Says that there may be something to claim. */
	wake: () => void
	clock: Clock
}

/** All runners that share the store, also where it is one. Every method may throw a StoreUnavailableError. */
export class Runners {
	readonly #parts: Parts
	readonly #startTime: number

	constructor(parts: Parts) {
		this.#parts = parts
		this.#startTime = parts.clock.now()
	}

	/** Whether this runner takes no more jobs. */
	get isDraining(): boolean {
		return this.#parts.claims.drainingTime !== null
	}

	/** Those first that came first. */
	async list(): Promise<Runner[]> {
		const { nodes, facts } = this.#parts
		const found = nodes ? await nodes.list() : [await this.#alone()]
		return found.map((node) => ({ ...node, isThis: node.folderId === facts.folderId }))
	}

	/** The runner of that id or, where one alone has it, of that host; else as many as have it. */
	async find(name: string): Promise<Runner | number> {
		const all = await this.list()
		const key = name.toLowerCase()
		const own = all.find(({ folderId }) => folderId.toLowerCase() === key)
		if (own) return own
		const onHost = all.filter(({ host }) => host.toLowerCase() === key)
		return onHost.length === 1 ? onHost[0]! : onHost.length
	}

	/** Lets a runner take no more jobs, or take them again; whether it is still there. */
	async setDraining(folderId: string, isDraining: boolean): Promise<boolean> {
		const { nodes, claims, facts, wake } = this.#parts
		const isThis = folderId === facts.folderId
		const isThere = nodes ? await nodes.setDraining(folderId, isDraining) : isThis
		if (isThere && isThis) {
			claims.setDraining(isDraining)
			wake()
		}
		return isThere
	}

	/** Which runners take jobs of these contents. */
	async takers(contentHashes: string[]): Promise<Takers> {
		const { nodes, facts } = this.#parts
		if (!nodes) {
			const { slots } = facts
			return takersOf([{ nodeId: null, slots, isDraining: this.isDraining }], { having: [], partial: [] })
		}
		const [all, places] = await Promise.all([nodes.list(), nodes.whoHas(contentHashes)])
		const takers = all.map(({ nodeId, slots, drainingTime }): Taker => ({ nodeId, slots, isDraining: drainingTime !== null }))
		return takersOf(takers, places)
	}

	/** What is known of all. */
	async overview(): Promise<NodesOverview> {
		const { nodes, clock } = this.#parts
		if (nodes) return nodes.overview(NODE_LOST_TIME)
		return { now: clock.now(), nodes: [await this.#alone()], contents: [], lost: [], stranded: [] }
	}

	async #alone(): Promise<Node> {
		const { facts, claims, queue, clock } = this.#parts
		return {
			...facts,
			nodeId: facts.folderId,
			registrationTime: this.#startTime,
			beatTime: clock.now(),
			contentsTime: this.#startTime,
			drainingTime: claims.drainingTime,
			runningCount: (await queue.slotHolders()).length,
		}
	}
}
