import { dirname, resolve } from 'node:path'
import { StartError } from '../../errors.ts'
import { isFile, storeFileOf } from './sqlite-copy.ts'

/** Where a store is: the file of a SQLite one and its folder, which has the key beside it; or a database. */
export type CopyPlace = { kind: 'sqlite'; file: string; folder: string } | { kind: 'postgres'; url: string }

/** The value of a variable of the environment. */
export type Variable = (name: string) => string | undefined

/**
 * What a word of the command line names: a data folder, a file, a URL, or `env:` and a variable that has one. Throws a StartError in which no URL
 * stands, because one that is meant to be hidden may have been misspelt.
 */
export function placeOf(option: '--from' | '--to', text: string, variable: Variable): CopyPlace {
	const name = /^env:(.*)$/s.exec(text)?.[1]
	const named = name === undefined ? text : variable(name)
	if (named === undefined || named === '')
		throw new StartError(`${option}: ${name === undefined ? 'it is empty' : `the variable ${name} is not set`}.`)
	if (/^postgres(ql)?:\/\//.test(named)) return { kind: 'postgres', url: named }
	if (name !== undefined || named.includes('://'))
		throw new StartError(
			`${option}: its value cannot be used; allowed is a data folder, postgres://…, or env: and the name of a variable with such a URL.`,
		)
	const path = resolve(named)
	const isStore = option === '--from' && isFile(path)
	return isStore ? { kind: 'sqlite', file: path, folder: dirname(path) } : { kind: 'sqlite', file: storeFileOf(path), folder: path }
}

/** Both places of a copy. Throws a StartError also when they are the same. */
export function placesOf({ from, to }: { from: string; to: string }, variable: Variable): { source: CopyPlace; target: CopyPlace } {
	const [source, target] = [placeOf('--from', from, variable), placeOf('--to', to, variable)]
	if (JSON.stringify(source) === JSON.stringify(target)) throw new StartError('--from and --to name the same store.')
	return { source, target }
}
