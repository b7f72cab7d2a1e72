import { readFileSync } from 'node:fs'
import { isBuiltin, registerHooks, stripTypeScriptTypes } from 'node:module'
import { join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type DefinedRunbook, isDefinedRunbook } from '../runbooks/define-runbook.ts'
import type { RunbookFile } from '../runbooks/runbook.ts'

const kitUrl = new URL('../runbooks/kit.ts', import.meta.url).href
const runnerUrl = new URL('../', import.meta.url).href

/**
 * Loads runbooks from wherever their folder lies: `runhook` is this runner's own kit, other packages are found from the runbook's
 * folder first and then among the runner's, and local files are the ones that the job was started with.
 */
export class RunbookLoader {
	readonly #runbooksDir: string
	readonly #folderUrl: string
	readonly #sources = new Map<string, string>()
	/** Local files in the order they were loaded, and packages that they import. */
	readonly files: RunbookFile[] = []
	readonly packages = new Set<string>()
	/** Absolute paths where an import was looked for and not found. */
	readonly missing: string[] = []

	constructor(runbooksDir: string) {
		this.#runbooksDir = runbooksDir
		this.#folderUrl = pathToFileURL(`${runbooksDir}/`).href
		registerHooks({
			resolve: (specifier, context, next) => {
				if (specifier === 'runhook') return { url: kitUrl, format: 'module-typescript', shortCircuit: true }
				// What this file imports, a runbook does.
				if (context.parentURL === import.meta.url) return this.#resolve(specifier, { ...context, parentURL: this.#folderUrl }, next)
				if (context.parentURL && isLocal(context.parentURL)) return this.#resolve(specifier, context, next)
				return next(specifier, context)
			},
			load: (url, context, next) => (isLocal(url) ? this.#load(url, context, next) : next(url, context)),
		})
	}

	/** Imports a package as a runbook would. */
	async preload(name: string): Promise<void> {
		await import(name)
	}

	/** Imports a runbook's file. Throws what its code throws, or an Error when it declares no runbook. */
	async load(file: string, sources: Record<string, string> = {}): Promise<DefinedRunbook> {
		for (const [path, source] of Object.entries(sources)) this.#sources.set(pathToFileURL(path).href, source)
		const module = (await import(pathToFileURL(file).href)) as { default?: unknown }
		if (!isDefinedRunbook(module.default)) throw new Error('It has no default export made by defineRunbook.')
		return module.default
	}

	#resolve(specifier: string, context: Parameters<Resolve>[1], next: Parameters<Resolve>[2]): ReturnType<Resolve> {
		if (/^(\.\.?\/|\/|file:)/.test(specifier)) {
			const { href } = new URL(specifier, context.parentURL)
			// A file that the job was started with is found even if the folder has it no longer.
			if (this.#sources.has(href)) return { url: href, format: formatOf(href), shortCircuit: true }
			const found = this.#found(fileURLToPath(href), () => next(specifier, context))
			return isLocal(found.url) ? { ...found, format: formatOf(found.url) } : found
		}
		if (!isBuiltin(specifier)) this.packages.add(specifier)
		try {
			return next(specifier, context)
		} catch (error) {
			if (!isNotFound(error)) throw error
			const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
			return this.#found(join(this.#runbooksDir, 'node_modules', name), () => {
				try {
					return next(specifier, { ...context, parentURL: runnerUrl })
				} catch (second) {
					// The first one names the runbook's own file.
					throw isNotFound(second) ? error : second
				}
			})
		}
	}

	/** Notes the path where something was looked for in vain. */
	#found<Result>(path: string, look: () => Result): Result {
		try {
			return look()
		} catch (error) {
			if (isNotFound(error)) this.missing.push(path)
			throw error
		}
	}

	#load(url: string, context: Parameters<Load>[1], next: Parameters<Load>[2]): ReturnType<Load> {
		const format = formatOf(url)
		const kept = this.#sources.get(url)
		if (kept !== undefined) return { format: format === 'json' ? 'json' : 'module', source: kept, shortCircuit: true }
		const path = fileURLToPath(url)
		const text = readFileSync(path, 'utf8')
		const file: RunbookFile = { path: relative(this.#runbooksDir, path).split(sep).join('/'), text, source: null }
		this.files.push(file)
		if (format === 'module-typescript') file.source = withoutTypes(text, path)
		else if (format === 'json' || format === 'module') file.source = text
		if (file.source === null) return next(url, context)
		return { format: format === 'json' ? 'json' : 'module', source: file.source, shortCircuit: true }
	}
}

type Hooks = Parameters<typeof registerHooks>[0]
type Resolve = NonNullable<Hooks['resolve']>
type Load = NonNullable<Hooks['load']>

function isNotFound(error: unknown): boolean {
	return ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes((error as NodeJS.ErrnoException)?.code ?? '')
}

/** Types become blanks, so that places in the text stay. Throws an Error whose stack names file and line. */
function withoutTypes(text: string, path: string): string {
	try {
		return stripTypeScriptTypes(text)
	} catch (error) {
		// The stack begins with " :<line>": given the name of the file, Node would write that into the source, too.
		if (error instanceof Error && error.stack) error.stack = error.stack.replace(/^ ?:(\d+)/, `${path}:$1`)
		throw error
	}
}

/** Whether a module is part of a runbook rather than of a package or of the runner. */
function isLocal(url: string): boolean {
	return url.startsWith('file:') && !url.startsWith(runnerUrl) && !url.includes('/node_modules/')
}

/** Runbooks are ES modules, whatever the folder's package.json says or lacks. */
function formatOf(url: string): string | undefined {
	if (/\.m?ts$/.test(url)) return 'module-typescript'
	if (/\.m?js$/.test(url)) return 'module'
	return url.endsWith('.json') ? 'json' : undefined
}
