import assert from 'node:assert/strict'
import { test } from 'uvu'
import { reportText } from '../../../src/cli/import/import-report.ts'
import { fakeTerminal } from '../../support/fake-terminal.ts'

test('what is to be done is told once for all that it is the same for, and moves no cursor', () => {
	const terminal = fakeTerminal({ isTTY: false })
	const webhook = (name: string, ...notes: string[]) => ({ kind: 'webhook', name, action: 'create', notes }) as const
	const text = reportText(
		terminal,
		[
			webhook('one', 'A new URL.'),
			webhook('two', 'A new URL.', 'Its own.'),
			{ kind: 'variable', name: 'v', action: 'create', notes: ['A new URL.'] },
			webhook('\u001b[2Jthree', 'Clears\u001b[2J the\nscreen.'),
		],
		true,
	)
	const [, toDo] = text.split('To know, and to do by hand:\n')
	assert.deepEqual(toDo!.split('\n').slice(0, 4), [
		'- 2 webhooks: A new URL.',
		"- webhook 'two': Its own.",
		"- variable 'v': A new URL.",
		"- webhook 'three': Clears the screen.",
	])
	assert.ok(!text.includes('\u001b'))
})

test.run()
