import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { readParameters } from '../../src/cli/parameters.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

function refuses(options: Parameters<typeof readParameters>[0], words: RegExp): void {
	assert.throws(
		() => readParameters(options),
		(error: Error) => error instanceof UsageError && words.test(error.message),
	)
}

test('values are strings, whatever stands behind the first equals sign', () => {
	assert.deepEqual(readParameters({ parameter: ['name=Ada', 'query=a=b', 'empty='] }), { name: 'Ada', query: 'a=b', empty: '' })
	assert.equal(readParameters({}), undefined)
})

test('a file gives native values as JSON text, and options go over it whatever the spelling', () => {
	using folder = temporaryFolder()
	const file = join(folder.path, 'values.json')
	writeFileSync(file, '\uFEFF{"Seconds":5,"names":["a"],"text":"5","off":false}')
	assert.deepEqual(readParameters({ parametersFile: file }), { Seconds: '5', names: '["a"]', text: '5', off: 'false' })
	assert.deepEqual(readParameters({ parametersFile: file, parameter: ['seconds=7'] }), {
		names: '["a"]',
		text: '5',
		off: 'false',
		seconds: '7',
	})
})

test('what cannot be values is refused by name', () => {
	using folder = temporaryFolder()
	const file = (text: string) => {
		writeFileSync(join(folder.path, 'values.json'), text)
		return join(folder.path, 'values.json')
	}
	refuses({ parameter: ['name'] }, /--parameter name: give it as name=value/)
	refuses({ parameter: ['=x'] }, /--parameter =x/)
	refuses({ parameter: ['name=a', 'NAME=b'] }, /NAME was given twice/)
	refuses({ parametersFile: '/nowhere.json' }, /nowhere\.json cannot be read/)
	refuses({ parametersFile: file('[1]') }, /must hold a JSON object/)
	refuses({ parametersFile: file('{') }, /is no JSON/)
	refuses({ parametersFile: file(`"${'x'.repeat(1024 * 1024)}"`) }, /is larger than/)
})

test.run()
