import type { AccessTokens } from './access-tokens.ts'
import { defaultWorld } from './default-world.ts'
import type { OperationLength } from './long-running-operation.ts'
import type { RequestRecord } from './request-record.ts'
import type { World } from './world.ts'

/** A running simulator without its server. A reset replaces `world` and empties `requests`. */
export type Simulation = {
	world: World
	readonly tokens: AccessTokens
	readonly requests: RequestRecord[]
	readonly operationLength: OperationLength
	/** How many machines a page of listAll holds. */
	readonly pageSize: number
	readonly newId: () => string
}

/** Puts the default world back and forgets the requests. Tokens stay good, because clients keep theirs for hours. */
export function resetSimulation(simulation: Simulation): void {
	simulation.world = defaultWorld(simulation.newId)
	simulation.requests.length = 0
}
