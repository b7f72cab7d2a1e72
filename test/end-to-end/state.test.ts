import assert from 'node:assert/strict'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'

const counts = runbookText(`
	const before = (await state.get('count')) ?? 0
	await state.set('count', before + 1)
	output(before)`)
const refused = runbookText(`
	const told = async (what: Promise<unknown>) => output(await what.then(() => 'kept', (error: Error) => error.message))
	await told(state.set('a', 'x'.repeat(65_536)))
	await told(state.set('b', 'x'.repeat(1_000_000)))
	await told(state.set('c', 'é'.repeat(40_000)))
	await told(state.set('', 1))
	await told(state.set('x'.repeat(129), 1))
	await told(state.set('f', () => 1))
	await told(state.set('g', 1n))
	await told(state.set('h', 'x'.repeat(65_534)))
	output(((await state.get('h')) as string).length)
	await state.set('h', undefined)
	output((await state.get('h')) === undefined)
	await Promise.all(Array.from({ length: 90 }, (_, index) => state.set('many ' + index, { index })))
	output(await Promise.all(Array.from({ length: 3 }, (_, index) => state.get('many ' + index))))`)
const late = runbookText(`output(process.pid); void state.get('count')`)

async function output(runner: Runner, name: string): Promise<string[]> {
	const jobId = await runner.start(name)
	const { status, exception } = (await runner.untilJob(jobId)).properties
	assert.equal(status, 'Completed', exception ?? '')
	return (await runner.output(jobId)).trimEnd().split('\n')
}

test('a runbook keeps values from job to job, also over a restart, and apart from other runbooks', async () => {
	await using runner = await startRunner({ runbooks: { counts, other: counts } })
	assert.deepEqual([await output(runner, 'counts'), await output(runner, 'counts')], [['0'], ['1']])
	assert.deepEqual(await output(runner, 'other'), ['0'])
	await runner.end('SIGKILL')
	await runner.restart()
	assert.deepEqual(await output(runner, 'counts'), ['2'])
})

test('what cannot be kept is refused with the reason, and the job goes on', async () => {
	await using runner = await startRunner({ runbooks: { refused, late } })
	assert.deepEqual(await output(runner, 'refused'), [
		`What is kept under 'a' has 65538 bytes as JSON: at most 65536 are allowed.`,
		`What is kept under 'b' has 1000002 bytes as JSON: at most 65536 are allowed.`,
		`What is kept under 'c' has 80002 bytes as JSON: at most 65536 are allowed.`,
		'A key of the state has 1 to 128 characters.',
		'A key of the state has 1 to 128 characters.',
		`What is kept under 'f' must be JSON.`,
		'Do not know how to serialize a BigInt',
		'kept',
		'65534',
		'true',
		'[{"index":0},{"index":1},{"index":2}]',
	])
	// An answer that comes after the job's end harms nobody.
	for (let number = 0; number < 3; number++) await output(runner, 'late')
})

test.run()
