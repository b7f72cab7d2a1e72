import assert from 'node:assert/strict'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'

const allStreams = `output('o'); warning('w'); error('e'); verbose('v'); debug('d'); progress({ activity: 'p', percentComplete: 50 })`
const runbooks = {
	plain: runbookText(allStreams),
	everything: runbookText(allStreams, { declares: 'logVerbose: true, logDebug: true, logProgress: true,' }),
	prints: runbookText(
		`console.log('log %d', 1); console.info({ a: 1 }); console.warn('warn'); console.error(new Error('printed').message); console.debug('debug')
		process.stdout.write('one\\ntwo '); process.stdout.write('three\\r\\nno end'); process.stderr.write('to stderr\\n')
		process.stdout.write(Buffer.from('é').subarray(0, 1)); process.stdout.write(Buffer.from('é').subarray(1)); process.stdout.write('78', 'hex')
		process.emitWarning('careful')`,
		{ declares: 'logDebug: true,' },
	),
	values: runbookText(
		`for (const value of [null, true, 1.5, 'a\\u2028b\\nc', [1, [2]], { a: { b: 'ü' } }, undefined, '\\ud800']) output(value)`,
	),
	noJson: runbookText(`
		const ring: any = {}; ring.self = ring
		for (const value of [10n, ring]) try { output(value) } catch (fault: any) { output(fault.constructor.name + ' ' + fault.message) }
		error(new RangeError('told')); warning({ disk: 'full' })`),
	native: runbookText(`fs.writeSync(1, 'raw output\\n'); fs.writeSync(2, 'raw error\\nnot ended')`, { head: `import fs from 'node:fs'` }),
}
const floods = {
	long: runbookText(`output('x'.repeat(3 * 1024 * 1024)); output('after it')`),
	floods: runbookText(`for (let line = 1; line <= 30_000; line++) output(line)`),
	floodsForEver: runbookText(`for (let line = 1; ; line++) output(line)`, { declares: 'stopGraceSeconds: 1,' }),
	printsWithoutEnd: runbookText(`for (let kib = 0; kib < 5 * 1024; kib++) process.stdout.write('y'.repeat(1024))`),
}

test('what a runbook writes reaches the stream it named', async () => {
	await using runner = await startRunner({ runbooks })
	const run = async (name: string) => {
		const jobId = await runner.start(name)
		const { properties } = await runner.untilJob(jobId)
		const streams = (await runner.streams(jobId)).map(({ properties: { streamType, summary } }) => `${streamType}: ${summary}`)
		return { ...properties, streams }
	}

	// Verbose, Debug and Progress are kept only where they are declared; an error does not end the job.
	const plain = await run('plain')
	assert.deepEqual([plain.status, plain.streams], ['Completed', ['Output: o', 'Warning: w', 'Error: e']])
	const everything = await run('everything')
	assert.deepEqual(everything.streams, ['Output: o', 'Warning: w', 'Error: e', 'Verbose: v', 'Debug: d', 'Progress: p (50 %)'])

	const prints = await run('prints')
	assert.deepEqual(
		[...prints.streams].sort(),
		[
			...['Output: log 1', 'Output: { a: 1 }', 'Warning: warn', 'Error: printed', 'Debug: debug'],
			...['Output: one', 'Output: two three', 'Output: no endéx', 'Error: to stderr', 'Warning: Warning: careful'],
		].sort(),
	)

	const values = await run('values')
	const texts = ['null', 'true', '1.5', 'a\u2028b\nc', '[1,[2]]', '{"a":{"b":"ü"}}', 'null', '\ufffd']
	assert.equal(await runner.output(values.jobId), `${texts.join('\n')}\n`)

	const noJson = await run('noJson')
	assert.match(noJson.streams[0]!, /^Output: TypeError What is written to the Output stream must be JSON: Do not know how to ser/)
	assert.match(noJson.streams[1]!, /^Output: TypeError What is written to the Output stream must be JSON: Converting circular/)
	assert.match(noJson.streams[2]!, /^Error: RangeError: told\n +at /)
	assert.equal(noJson.streams[3], 'Warning: {"disk":"full"}')
	assert.equal(noJson.status, 'Completed')

	assert.deepEqual((await run('native')).streams.sort(), ['Error: not ended', 'Error: raw error', 'Output: raw output'])
})

test('what a runbook writes is bounded, and its end is kept', async () => {
	await using runner = await startRunner({ runbooks: floods })
	const long = await runner.start('long')
	await runner.untilJob(long)
	const [record, after] = (await runner.output(long)).split('\n')
	assert.ok(record!.length < 1024 * 1024)
	assert.match(record!, /^x+… \[cut: 3145730 bytes are more than the 1048576 that one record may have\]$/)
	assert.equal(after, 'after it')

	const flood = await runner.start('floods')
	assert.equal((await runner.untilJob(flood)).properties.status, 'Completed')
	assertCapped(await runner.output(flood))
	assert.ok((await runner.output(flood)).endsWith('\n29999\n30000\n'))

	const endless = await runner.start('floodsForEver')
	await runner.untilJob(endless, 'Running')
	const printing = await runner.start('printsWithoutEnd')
	assert.equal((await runner.untilJob(printing)).properties.status, 'Completed')
	const lines = (await runner.output(printing)).trimEnd().split('\n')
	assert.equal(
		lines.reduce((sum, line) => sum + line.length, 0),
		5 * 1024 * 1024,
	)

	// A loop that never lets go is killed; what it wrote last is there all the same.
	assert.equal((await runner.manage(`/jobs/${endless}/stop`, { method: 'POST' })).status, 200)
	assert.equal((await runner.untilJob(endless)).properties.status, 'Stopped')
	assertCapped(await runner.output(endless))
})

/** The first 10 000 numbers, then the last 100, which follow each other. */
function assertCapped(output: string): void {
	const numbers = output.trimEnd().split('\n').map(Number)
	assert.equal(numbers.length, 10_100)
	assert.deepEqual([numbers[0], numbers[9_999]], [1, 10_000])
	const tail = numbers.slice(10_000)
	assert.ok(tail.every((number, index) => index === 0 || number === tail[index - 1]! + 1))
	assert.ok(tail[0]! > 10_001)
}

test.run()
