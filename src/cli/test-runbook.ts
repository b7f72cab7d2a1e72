import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestOrder, TestReport, TestStop } from '../worker/runbook-test.ts'
import { exitCodes } from './failure.ts'
import { interrupter } from './interrupter.ts'
import { exitCodeOf } from './job-end.ts'
import { type Progress, progressText } from './progress-line.ts'
import { RecordPrinter } from './record-printer.ts'
import type { StreamRecord } from './stream-record.ts'
import type { OutputMode, Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'
import { sayEnd } from './watch-job.ts'

const entryFile = fileURLToPath(new URL('../worker/test-runbook.ts', import.meta.url))

type Test = { file: string; parameters: Record<string, string>; request: string | undefined }
type Surroundings = { terminal: Terminal; mode: OutputMode; environment: NodeJS.ProcessEnv }

/**
 * Runs a runbook's file in a process that does with it what a runner does, and shows its records as they come. Resolves with the exit code.
 * Ctrl+C stops the runbook, a second one ends everything at once. Throws a UsageError when a file is not there.
 */
export async function testRunbook(test: Test, { terminal, mode, environment }: Surroundings): Promise<number> {
	const order: TestOrder = { kind: 'test', file: existing(test.file), parameters: test.parameters, request: undefined }
	if (test.request !== undefined) order.request = existing(test.request)
	// A process group of its own: Ctrl+C reaches it only through this process, which tells it to stop. And the order goes over the
	// channel, because everybody on the machine can read arguments.
	const env = { ...environment, NODE_COMPILE_CACHE: getCompileCacheDir() }
	const child = fork(entryFile, [], { detached: true, env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
	// Both: what was sent last may be read after the end.
	const gone = Promise.all([once(child, 'exit'), once(child, 'disconnect')])
	// It may have ended in between.
	const tell = (message: TestOrder | TestStop) => child.connected && child.send(message, () => undefined)
	const printer = new RecordPrinter(terminal, mode)
	const interrupt = interrupter({
		first() {
			terminal.note('Stopping; Ctrl+C once more ends it at once.')
			tell({ kind: 'stop' })
		},
		second: () => child.connected && child.disconnect(),
	})
	let exitCode: number | undefined
	child.on('message', (report: TestReport) => {
		if (report.kind === 'record') return printer.record(streamRecord(report.record))
		printer.end()
		exitCode = report.kind === 'refused' ? exitCodes.failed : exitCodeOf(report.to)
		if (report.kind === 'refused') terminal.note(`${terminal.paintNote('red', 'Error:')} ${report.message}`)
		else if (mode === 'table') sayEnd(terminal, 'The runbook ended', { status: report.to, exception: report.exception ?? null })
		else terminal.print(JSON.stringify({ properties: { status: report.to, exception: report.exception ?? null } }))
	})
	tell(order)
	await gone.finally(() => interrupt.end())
	printer.end()
	if (exitCode === undefined && !interrupt.isTwice()) terminal.note(`${terminal.paintNote('red', 'Error:')} the process of the test ended.`)
	return exitCode ?? (interrupt.isTwice() ? exitCodes.interrupted : exitCodes.failed)
}

function existing(file: string): string {
	const path = resolve(file)
	if (!existsSync(path)) throw new UsageError(`There is no file ${file}.`)
	return path
}

/** In the form that the API has records in. */
function streamRecord({ time, streamType, json }: Extract<TestReport, { kind: 'record' }>['record']): StreamRecord {
	const value: unknown = JSON.parse(json)
	const text = streamType === 'Progress' ? progressText(value as Progress) : typeof value === 'string' ? value : json
	return { properties: { time: new Date(time).toISOString(), streamType, streamText: `${text}\r\n`, value: { value } } }
}
