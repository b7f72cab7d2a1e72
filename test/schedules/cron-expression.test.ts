import assert from 'node:assert/strict'
import { constantFrom, string, tuple } from 'fast-check'
import { validate } from 'node-cron'
import { test } from 'uvu'
import { readCron } from '../../src/schedules/cron-expression.ts'
import { forAny } from '../support/properties.ts'

test('a faulty expression is refused with a sentence that shows where it is wrong', () => {
	const table: [string, RegExp][] = [
		['0 7 * * 1-8', /^The cron expression '0 7 \* \* 1-8' is wrong at character 9: '1-8' is no day of the week, which takes 0 to 7 /],
		['0,15,75 7 * * *', /wrong at character 6: '75' is no minute, which takes 0 to 59, \* for every one/],
		['0 24 * * *', /wrong at character 3: '24' is no hour, which takes 0 to 23/],
		['  0   25 * * *', /wrong at character 7: '25' is no hour/],
		['60 0 0 * * *', /wrong at character 1: '60' is no second/],
		['0 0 32 * *', /wrong at character 5: '32' is no day of the month, which takes 1 to 31/],
		['0 0 1 Foo *', /wrong at character 7: 'Foo' is no month, which takes 1 to 12, Jan to Dec/],
		['1,,2 * * * *', /wrong at character 3: '' is no minute/],
		['*/0 * * * *', /wrong at character 1: '\*\/0' is no minute/],
		['0 0 31 2,4 *', /wrong at character 5: no month that it names has a day '31'\.$/],
		['0 7 * *', /has 4 fields; it takes five \(minute, hour, day of the month, month, day of the week\), or six/],
		['* * * * * * *', /is wrong at character 13: it has 7 fields/],
		['0 7; * * *', /is wrong at character 4: ';' is not allowed; letters, digits, spaces and/],
		['0\t7 * * *', /is wrong at character 2: '\t' is not allowed/],
		['@noon', /the nicknames are @yearly/],
		['', /is empty/],
		['1'.repeat(257), /at most 256 characters/],
	]
	for (const [expression, expected] of table) assert.match((readCron(expression) as { fault: string }).fault, expected, expression)
})

test('five and six fields, names, lists, steps and nicknames are read', () => {
	const hours = (expression: string) => (readCron(expression) as { fields: { hour: number[]; second: number[] } }).fields.hour
	assert.deepEqual(hours('0 8-18/5 * * Mon-Fri'), [8, 13, 18])
	assert.deepEqual(hours('30 0 7 * Jan,mar 7'), [7])
	assert.equal(hours('@hourly').length, 24)
})

test('for any text, there are fields or a sentence, as node-cron takes it or not', () => {
	const field = constantFrom('*', '0', '5', '*/15', '1-5', '61', 'L', '5L', '1#2', 'Mon', 'x', '1,,2', '31', '2', '-', '15W', '?')
	forAny(tuple(field, field, field, field, field), (fields) => {
		const expression = fields.join(' ')
		assert.equal('fields' in readCron(expression), validate(expression), expression)
	})
	forAny(string({ maxLength: 40, unit: constantFrom(...'0123456789 */,-#?LW@;\n') }), (text) => {
		const read = readCron(text)
		assert.equal('fields' in read, validate(text))
		if ('fault' in read) assert.match(read.fault, /\.$/)
	})
})

test.run()
