// What the runner and a sandbox say to each other, in lines. Orders go down one pipe; everything that comes back goes up another one, which
// the sandbox writes synchronously: nothing is lost when it dies, the order holds, and a flood of output makes it wait. Node's own IPC
// channel is not used: a runbook that writes into that ends the runner, because Node throws there when it cannot read a message.
import type { ServicePrincipal } from '../runbooks/azure.ts'
import type { RunbookContext } from '../runbooks/define-runbook.ts'
import type { Inspection, RunbookDefinition } from '../runbooks/runbook.ts'
import { type StreamType, streamTypes } from '../streams/job-stream.ts'
import type { PendingRecord } from '../streams/record-limiter.ts'

// Taken before a runbook can replace it.
const { stringify } = JSON

/** File descriptors in the sandbox; 0 to 2 are the usual ones. */
export const ORDER_FD = 3
export const REPORT_FD = 4
export const WATCHDOG_FD = 5
/** What the watchdog says before it kills its sandbox; every other line of it is the memory in use, bytes. */
export const WATCHDOG_LAST_WORD = 'killing'

/** What a sandbox is told when it starts, as its one argument. */
export type HostSettings = {
	runbooksDir: string
	/** Loaded before it is ready. */
	packages: string[]
	/** Where packages are bundled; null: nowhere. */
	bundleFolder: string | null
	watchdogMilliseconds: number
}

/** What a runbook is told of its job. */
export type JobFacts = RunbookContext<unknown>['job']

export type RunOrder = {
	kind: 'run'
	job: JobFacts
	/**
	 * The runbook's own file, and what is loaded in place of the files on the disk (absolute path to source). A process that has served
	 * a job has the sources; it is not sent them again.
	 */
	content: { file: string; sources?: Record<string, string> }
	parameters: Record<string, unknown>
	/** The streams that are kept. */
	keep: StreamType[]
	/** Written to raw standard output and standard error when the job has ended. */
	mark: string
	armEndpoint: string
	/** What its Azure clients sign in with; null: the identity of the runner. */
	principal: ServicePrincipal | null
}

export type Order =
	| { kind: 'inspect'; file: string }
	| RunOrder
	| { kind: 'stop'; reason: string }
	| { kind: 'flush' }
	| ({ kind: 'answer'; id: number } & Answer)

/** What a runbook asks the runner for. `json` null: the key is forgotten. */
export type StateQuestion = { about: 'state.get'; key: string } | { about: 'state.set'; key: string; json: string | null }
export type AssetQuestion =
	| { about: 'variable.get' | 'credential.get'; name: string }
	| { about: 'variable.set'; name: string; json: string }
export type Question = StateQuestion | AssetQuestion
/** JSON text, null where there is nothing; or why the question was refused. */
export type Answer = { json: string | null } | { fault: string }

export type Report =
	| { kind: 'ready' }
	| { kind: 'inspected'; inspection: Inspection }
	| { kind: 'flushed' }
	| { kind: 'started' }
	| { kind: 'record'; record: PendingRecord }
	/** The last records of a job over its cap, as they stand now: kept when it ends, also when its process dies. */
	| { kind: 'tail'; records: PendingRecord[] }
	| { kind: 'ended'; exception: string | null }
	/** Sent after `ended`, when it is known what the job left behind (nothing, in the best case). */
	| { kind: 'settled'; leftBehind: string[] }
	/** The runner answers with the same id. */
	| { kind: 'ask'; id: number; question: Question }
	/** Sent at any time: this process must not serve another job. */
	| { kind: 'spoiled'; because: string }

/** A report as one line. A record's JSON stands in it as it is, so that it is not written and read twice. */
export function reportLine(report: Report): string {
	if (report.kind !== 'record') return `${stringify(report)}\n`
	const { time, streamType, json } = report.record
	return `${time}\t${streamType}\t${json}\n`
}

/** The report in a line that {@link reportLine} made; undefined for any other: a runbook can write to the pipe, too. */
export function readReport(line: string): Report | undefined {
	try {
		return line.startsWith('{') ? checkedReport(JSON.parse(line) as Report) : { kind: 'record', record: readRecord(line) }
	} catch {
		return undefined
	}
}

function readRecord(line: string): PendingRecord {
	const first = line.indexOf('\t')
	const second = line.indexOf('\t', first + 1)
	return checkedRecord({
		time: Number(line.slice(0, Math.max(first, 0))),
		streamType: line.slice(first + 1, second) as StreamType,
		json: line.slice(second + 1),
	})
}

function checkedRecord(record: PendingRecord): PendingRecord {
	const { time, streamType, json } = record
	if (!Number.isSafeInteger(time) || !streamTypes.includes(streamType)) throw new Error('It is no record.')
	// Readers of the streams rely on it.
	JSON.parse(json)
	return record
}

function checkedReport(report: Report): Report {
	switch (report.kind) {
		case 'ready':
		case 'flushed':
		case 'started':
		case 'inspected':
			return report
		case 'ended':
			return { kind: 'ended', exception: report.exception === null ? null : String(report.exception) }
		case 'tail':
			return { kind: 'tail', records: report.records.map(checkedRecord) }
		case 'settled':
			return { kind: 'settled', leftBehind: report.leftBehind.map(String) }
		case 'ask':
			return { kind: 'ask', id: checkedId(report.id), question: checkedQuestion(report.question) }
		case 'spoiled':
			return { kind: 'spoiled', because: String(report.because) }
		default:
			throw new Error('There is no such report.')
	}
}

function checkedId(id: number): number {
	if (!Number.isSafeInteger(id)) throw new Error('It is no id.')
	return id
}

function checkedQuestion(question: Question): Question {
	const { about } = question
	switch (about) {
		case 'state.get':
			return { about, key: String(question.key) }
		case 'state.set':
			return { about, key: String(question.key), json: question.json === null ? null : checkedJson(question.json) }
		case 'variable.get':
		case 'credential.get':
			return { about, name: String(question.name) }
		case 'variable.set':
			return { about, name: String(question.name), json: checkedJson(question.json) }
		default:
			throw new Error('There is no such question.')
	}
}

function checkedJson(json: string): string {
	JSON.parse(json)
	return json
}

/** The streams of a job that are kept, by what its runbook declares. */
export function keptStreams({ logVerbose, logProgress, logDebug }: RunbookDefinition): StreamType[] {
	return [
		'Output',
		'Warning',
		'Error',
		...(logVerbose ? (['Verbose'] as const) : []),
		...(logProgress ? (['Progress'] as const) : []),
		...(logDebug ? (['Debug'] as const) : []),
	]
}
