import { type ParsedFields, validateDetailed } from 'node-cron'
import { CRON_LENGTH_MAX } from '../limits.ts'

export type CronFields = ParsedFields
export type ReadCron = { fields: CronFields } | { fault: string }

type Field = keyof CronFields

/** The fields in the order of an expression of six, with what each takes. */
const fieldWords: [Field, string, string][] = [
	['second', 'second', '0 to 59'],
	['minute', 'minute', '0 to 59'],
	['hour', 'hour', '0 to 23'],
	['dayOfMonth', 'day of the month', '1 to 31, L (the last), L-3, 15W (the weekday nearest to it)'],
	['month', 'month', '1 to 12, Jan to Dec'],
	['dayOfWeek', 'day of the week', '0 to 7 (0 and 7 are Sunday), Sun to Sat, 5L (the last Friday), 5#2 (the second)'],
]

/** Reads a cron expression of five fields, of six with seconds, or a nickname such as `@daily`; or says in a sentence where it is wrong. */
export function readCron(expression: string): ReadCron {
	if (expression.length > CRON_LENGTH_MAX) return { fault: `A cron expression has at most ${CRON_LENGTH_MAX} characters.` }
	const { valid, fields, errors } = validateDetailed(expression)
	if (valid) return { fields: fields! }
	const [error] = errors
	const said = `The cron expression '${expression}'`
	if (error!.field === 'expression') return { fault: `${said} ${wrongShape(expression)}` }
	const index = fieldWords.findIndex(([field]) => field === error!.field)
	const [, word, allowed] = fieldWords[index]!
	const places = placesOf(expression)
	const place = places[index - (6 - places.length)]!
	if (error!.message.includes('impossible'))
		return { fault: `${said} is wrong at character ${place.at + 1}: no month that it names has a day '${place.text}'.` }
	const { at, text } = faultyPart(place, index)
	return {
		fault: `${said} is wrong at character ${at + 1}: '${text}' is no ${word}, which takes ${allowed}, * for every one, lists 1,2, ranges 1-5 and steps */10.`,
	}
}

function wrongShape(expression: string): string {
	const strange = /[^a-zA-Z0-9\-*/,#? ]/.exec(expression)
	if (expression.trim() === '') return 'is empty: such as 0 7 * * 1-5 is one.'
	if (strange && !expression.startsWith('@'))
		return `is wrong at character ${strange.index + 1}: '${strange[0]}' is not allowed; letters, digits, spaces and * / , - # ? are.`
	if (expression.startsWith('@'))
		return 'is wrong at character 1: the nicknames are @yearly, @annually, @monthly, @weekly, @daily, @midnight and @hourly.'
	const places = placesOf(expression)
	const where = places.length > 6 ? `is wrong at character ${places[6]!.at + 1}: it has` : 'has'
	return `${where} ${places.length} field${places.length === 1 ? '' : 's'}; it takes five (minute, hour, day of the month, month, day of the week), or six with the second before them.`
}

type Place = { at: number; text: string }

function placesOf(expression: string): Place[] {
	return [...expression.matchAll(/\S+/g)].map(({ index, 0: text }) => ({ at: index, text }))
}

/** Of a field that is a list the part that is wrong by itself; else the whole field. */
function faultyPart({ at, text }: Place, index: number): Place {
	let start = at
	for (const part of text.split(',')) {
		const alone = fieldWords.map((_, each) => (each === index ? part : '*')).join(' ')
		if (part === '' || !validateDetailed(alone).valid) return { at: start, text: part }
		start += part.length + 1
	}
	return { at, text }
}
