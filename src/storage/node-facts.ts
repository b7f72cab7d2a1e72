import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { StartError } from '../errors.ts'
import { programVersion } from '../program.ts'
import type { NodeFacts } from '../worker/node-store.ts'

/**
 * What others are told of the runner of a data folder. The folder has an id, made at its first start: its jobs of before can be taken up at once
 * after a restart, because it belongs to one runner at a time. Throws a StartError.
 */
export function nodeFacts({ dataDir, concurrency }: Pick<Config, 'dataDir' | 'concurrency'>): Omit<NodeFacts, 'nodeId' | 'isDraining'> {
	const file = join(dataDir, 'node.id')
	try {
		if (!existsSync(file)) writeFileSync(file, randomUUID(), { mode: 0o600 })
		return { folderId: readFileSync(file, 'utf8'), host: hostname(), version: programVersion(), slots: concurrency }
	} catch (cause) {
		throw new StartError(`The file ${file} cannot be used: ${(cause as Error).message}.`, { cause })
	}
}
