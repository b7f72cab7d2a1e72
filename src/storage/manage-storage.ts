// Copies or backs up a store. Started by path, from the command line; told what to do and answering over IPC (storage-order.ts). It ends when
// that is done, and breaks it off at a signal and when nobody listens any more.
import { systemClock } from '../clock.ts'
import { type Config, readConfig, type Secrets } from '../config.ts'
import { StartError } from '../errors.ts'
import { COPY_PROGRESS_INTERVAL } from '../limits.ts'
import { backUpStore } from './copy/back-up-store.ts'
import { copiedTables } from './copy/copied-table.ts'
import { placeOf, placesOf, type Variable } from './copy/copy-place.ts'
import { type CopySource, type CopyTarget, copyStorage } from './copy/copy-storage.ts'
import { openPostgresSource, openPostgresTarget } from './copy/postgres-copy.ts'
import { openSqliteSource, openSqliteTarget } from './copy/sqlite-copy.ts'
import { besideBackup, filesBeside, takeKeysAlong } from './copy/take-along.ts'
import { reasonOf } from './postgres/connections.ts'
import type { StorageOrder, StorageReport } from './storage-order.ts'

type Settings = { config: Config; secrets: Secrets; environment: NodeJS.ProcessEnv }

const stopping = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.on(name, () => stopping.abort())
process.once('message', (order: StorageOrder) => void carryOut(order))

/** Resolves when the message is on its way; nobody may listen any more. */
function tell(report: StorageReport): Promise<void> {
	return new Promise((done) => {
		if (process.connected) process.send!(report, () => done())
		else done()
	})
}

async function carryOut(order: StorageOrder): Promise<void> {
	try {
		// biome-ignore lint/style/noProcessEnv: the one reading of the environment, with the settings that a runner here would have
		const environment = process.env
		const settings = { ...readConfig(environment, process.cwd(), true), environment }
		await tell(order.kind === 'copy' ? await copy(order, settings) : await backUp(order, settings))
	} catch (error) {
		if (stopping.signal.aborted) await tell({ kind: 'interrupted' })
		else if (error instanceof StartError) await tell({ kind: 'refused', message: error.message })
		else await tell({ kind: 'refused', message: `It failed, and nothing of it was kept: ${reasonOf(error)}.` })
	} finally {
		if (process.connected) process.disconnect()
	}
}

async function copy({ stopJobs, ...places }: Extract<StorageOrder, { kind: 'copy' }>, settings: Settings): Promise<StorageReport> {
	const { source, target } = placesOf(places, variableIn(settings))
	const tables = copiedTables()
	await using opened = new AsyncDisposableStack()
	const reader: CopySource = opened.use(source.kind === 'sqlite' ? openSqliteSource(source.file) : await openPostgresSource(source.url))
	const writer: CopyTarget = opened.use(
		target.kind === 'sqlite' ? openSqliteTarget(target.folder) : await openPostgresTarget(target.url, tables),
	)
	const told = progressTeller()
	const copied = await copyStorage({
		...{ source: reader, target: writer, tables, stopJobsAt: stopJobs ? systemClock.now() : undefined, signal: stopping.signal },
		progress: ({ table, ...counts }) => told({ activity: table, ...counts }),
	})
	const takeAlong = takeKeysAlong({
		needed: await reader.keyIds(),
		configured: settings.secrets.secretKeys,
		fromFolder: source.kind === 'sqlite' ? source.folder : undefined,
		toFolder: target.kind === 'sqlite' ? target.folder : undefined,
	})
	await writer.commit()
	return { kind: 'copied', ...copied, takeAlong: [...takeAlong, filesBeside] }
}

async function backUp({ from, to }: Extract<StorageOrder, { kind: 'backUp' }>, settings: Settings): Promise<StorageReport> {
	const { dataDir } = settings.config
	const { databaseUrl, secretKeys } = settings.secrets
	const named = from ?? (databaseUrl === undefined ? dataDir : 'env:RUNHOOK_DATABASE_URL')
	const place = placeOf('--from', named, variableIn(settings))
	if (place.kind === 'postgres')
		throw new StartError('A store in PostgreSQL is backed up with its own pg_dump: see docs/storage.md. This command is for a data folder.')
	const told = progressTeller()
	const progress = (written: number, count: number) => told({ activity: 'pages', written, count })
	const backedUp = await backUpStore({ from: place.file, to, progress, signal: stopping.signal })
	return { kind: 'backedUp', ...backedUp, takeAlong: [...besideBackup(place.folder, secretKeys), filesBeside] }
}

/** The variables that a place may name: that of the settings may stand in the file .env, too. */
function variableIn({ secrets, environment }: Settings): Variable {
	return (name) => (name === 'RUNHOOK_DATABASE_URL' ? secrets.databaseUrl : environment[name])
}

/** Tells progress from time to time, and the end of each activity. */
function progressTeller(): (progress: { activity: string; written: number; count: number }) => void {
	let toldAt = Number.NEGATIVE_INFINITY
	return (progress) => {
		const now = performance.now()
		if (progress.written < progress.count && now - toldAt < COPY_PROGRESS_INTERVAL) return
		toldAt = now
		void tell({ kind: 'progress', ...progress })
	}
}
