import assert from 'node:assert/strict'
import { test } from 'uvu'
import { letInto, runCommand } from '../support/command.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'

const runbooks = {
	copy: runbookText('', {
		declares: `description: 'Copies files.', logProgress: true,
		parameters: z.object({ from: z.string(), times: z.number().default(2), dry: z.boolean().optional() }),`,
	}),
	nothing: runbookText(''),
}

test('runbooks are listed and shown, with what they take', async () => {
	await using runner = await startRunner({ runbooks, webhooks: [] })
	const run = (...words: string[]) => runCommand(['runbook', ...words], { environment: letInto(runner) })
	const list = await run('list')
	assert.deepEqual(
		JSON.parse(list.stdout).value.map(({ name }: { name: string }) => name),
		['copy', 'nothing'],
	)
	const table = await run('list', '--output', 'table')
	assert.match(
		table.stdout,
		/^NAME +TYPE +STATE +CHANGED +DESCRIPTION\ncopy +TypeScript +Published +\d{4}-.* +Copies files\.\nnothing +TypeScript/,
	)
	const shown = await run('show', 'COPY', '--output', 'table')
	assert.match(shown.stdout, /^Name +copy\nDescription +Copies files\.\n[\s\S]*Keeps +Progress\n\nPARAMETER +TYPE +MANDATORY +DEFAULT\n/)
	assert.match(shown.stdout, /\nfrom +string +yes\ntimes +number +no +2\ndry +boolean +no\n$/)
	assert.equal(JSON.parse((await run('show', 'copy')).stdout).properties.parameters.from.isMandatory, true)
	assert.match((await run('show', 'nothing', '--output', 'table')).stdout, /It takes no parameters\.\n$/)
})

test('a runbook that cannot be started is listed and shown with its fault', async () => {
	await using runner = await startRunner({ runbooks: { broken: 'export default 1' }, webhooks: [] })
	const run = (...words: string[]) => runCommand(['runbook', ...words, '--output', 'table'], { environment: letInto(runner) })
	assert.match((await run('list')).stdout, /\nbroken .* Cannot be started: .*no default export made by defineRunbook/)
	assert.match((await run('show', 'broken')).stdout, /\nFault +.*no default export/)
})

test('a runbook that is not there, and values that do not fit, are refused in the words of the server', async () => {
	await using runner = await startRunner({ runbooks, webhooks: [] })
	const run = (...words: string[]) => runCommand(['runbook', ...words], { environment: letInto(runner) })
	const refused = async (words: RegExp, ...command: string[]) => {
		const end = await run(...command)
		assert.deepEqual([end.code, end.stdout], [1, ''], end.stderr)
		assert.match(end.stderr, words)
	}
	await refused(/There is no runbook 'none'\.\n'runhook runbook list' shows what there is\.\n$/, 'show', 'none')
	await refused(/no runbook 'none'/, 'run', 'none')
	await refused(/'from' is mandatory/, 'run', 'copy')
	await refused(/'times' must be a number/, 'run', 'copy', '--parameter', 'from=a', '--parameter', 'times=often')
})

test.run()
