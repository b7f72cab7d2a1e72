import { AssetSource, environmentName } from '../assets/asset-source.ts'
import type { AssetKind } from '../assets/asset-store.ts'
import type { Config, Secrets } from '../config.ts'
import type { JobStatus } from '../jobs/job-status.ts'
import type { PendingRecord } from '../streams/record-limiter.ts'
import type { StreamStore } from '../streams/stream-store.ts'
import type { JobEnd } from './job-end.ts'
import type { WorkerParts } from './worker-parts.ts'

type Told = {
	/** Resolves when the record was passed on: the runbook waits when it writes faster than it is read. */
	record(record: PendingRecord): Promise<void>
	end(end: Pick<JobEnd, 'to' | 'exception'>): void
}

/** Stands for the store where one job runs and nothing is kept: what a job's run writes is told. */
export function oneJobStore(
	told: Told,
): Pick<WorkerParts, 'jobs' | 'queue' | 'settings' | 'states'> & { streams: Pick<StreamStore, 'append' | 'list'> } {
	let status: JobStatus = 'Activating'
	const append = async (records: readonly PendingRecord[]) => {
		for (const { time, streamType, json } of records) await told.record({ time, streamType, json })
	}
	const finish = async ({ to, exception, records }: Pick<JobEnd, 'to' | 'exception' | 'records'>) => {
		await append(records)
		status = status === 'Stopping' ? 'Stopped' : to
		told.end({ to: status as JobEnd['to'], ...(exception === undefined ? {} : { exception }) })
		return status
	}
	const notHere = () => Promise.reject(new Error('There is one job here, and it is never looked for.'))
	return {
		jobs: {
			async changeStatus(change) {
				if (status !== change.from) return false
				status = change.to
				return true
			},
		},
		queue: {
			insert: notHere,
			insertRun: notHere,
			insertDelivery: notHere,
			claim: notHere,
			listTaken: notHere,
			listHeld: notHere,
			waiting: notHere,
			slotHolders: notHere,
			countBefore: notHere,
			async started() {
				status = 'Running'
			},
			// A runner would start it again.
			giveBack: async () => void (await finish({ to: 'Failed', exception: "The runbook's process was ended from outside.", records: [] })),
			finish,
		},
		// What was set through the API is a server's.
		settings: { get: async () => undefined, put: notHere, delete: notHere },
		states: ownState(),
		streams: { append: (_jobId, records) => append(records), list: notHere },
	}
}

/**
 * The assets that the surroundings have: RUNHOOK_VARIABLE_… and the folder of secrets. Those of a server stay with it.
 * What the runbook sets is gone with the test.
 */
export function surroundingAssets({
	variables,
	secretsDir,
}: Pick<Secrets, 'variables'> & Pick<Config, 'secretsDir'>): WorkerParts['assets'] {
	const nothing = async () => undefined
	const store = {
		get: nothing,
		change: nothing,
		names: async () => [],
		create: async () => 'tooMany' as const,
	}
	const notHere = () => Promise.reject(new Error('There is no key here.'))
	const keys = { seal: notHere, unseal: () => '' }
	const source = new AssetSource({ store, keys, variables, secretsDir, remedy: surroundingsText })
	const values = new Map<string, string>()
	return {
		store,
		keys,
		noteUse: async () => 'noted',
		source: {
			async variable(name) {
				const found = await source.variable(name)
				return found && { ...found, json: values.get(name.toLowerCase()) ?? found.json }
			},
			credential: (name) => source.credential(name),
			missingText: (kind, name) => source.missingText(kind, name),
		},
		override: (name, json) => values.set(name.toLowerCase(), json),
	}
}

function surroundingsText(kind: AssetKind, name: string): string {
	const places = [...(kind === 'variable' ? [`RUNHOOK_VARIABLE_${environmentName(name)}`] : []), 'RUNHOOK_SECRETS_DIR']
	return `Here ${kind}s come from ${places.join(' or ')}.`
}

/** The runbook begins with nothing kept, and what it keeps is gone with the test. */
function ownState(): WorkerParts['states'] {
	const kept = new Map<string, string>()
	return {
		get: async (_runbookName, key) => kept.get(key),
		async set(_runbookName, key, json, keysMax) {
			if (json === null) kept.delete(key)
			else if (!kept.has(key) && kept.size >= keysMax) return 'tooMany'
			else kept.set(key, json)
			return 'kept'
		},
		clear: async () => kept.clear(),
	}
}
