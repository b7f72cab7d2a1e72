import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { UsageError } from '../usage-error.ts'

/** `runhook init <folder>` */
export function initCommand({ terminal }: CommandContext): Command {
	return new Command('init')
		.description('write a folder of runbooks: an example, and a tsconfig.json that knows what runbooks import')
		.argument('<folder>')
		.action((folder: string) => {
			const path = resolve(folder)
			const settings = JSON.stringify(compilerSettings(path), null, '\t')
			const files = { 'hello.ts': example, 'tsconfig.json': `${settings}\n` }
			writeNew(path, files)
			terminal.print(
				`Written: ${Object.keys(files)
					.map((name) => join(folder, name))
					.join(', ')}`,
			)
			terminal.note(`Try it: runhook runbook test ${join(folder, 'hello.ts')} --parameter name=Ada`)
			terminal.note(`Serve it: RUNHOOK_RUNBOOKS_DIR=${path}`)
		})
}

/** Writes files of a folder that has none of them. Throws a UsageError, and then nothing was written over. */
function writeNew(folder: string, files: Record<string, string>): void {
	const there = Object.keys(files).filter((name) => existsSync(join(folder, name)))
	if (there.length > 0) throw new UsageError(`${folder} has ${there.join(' and ')} already: nothing was written.`)
	try {
		mkdirSync(folder, { recursive: true })
		for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { flag: 'wx' })
	} catch (error) {
		throw new UsageError(`${folder} cannot be written: ${(error as Error).message}.`)
	}
}

const example = `import { defineRunbook, WebhookData, z } from 'runhook'

export default defineRunbook({
	description: 'Says hello, to the name in the JSON body of a webhook call or in the parameter.',
	parameters: z.object({
		name: z.string().optional().describe('Who is greeted; "world" when left out.'),
		WebhookData: WebhookData.optional(),
	}),
	run({ parameters, output }) {
		const called = z.object({ name: z.string() }).safeParse(parameters.WebhookData?.json())
		output(\`Hello, \${(called.success ? called.data.name : parameters.name) ?? 'world'}!\`)
	},
})
`

/** Settings of TypeScript that agree with how a runner loads runbooks, wherever their folder lies. */
function compilerSettings(folder: string): object {
	return {
		compilerOptions: {
			target: 'esnext',
			// Runbooks are ES modules, whatever a package.json says or lacks.
			module: 'preserve',
			moduleDetection: 'force',
			lib: ['esnext'],
			types: ['node'],
			strict: true,
			noEmit: true,
			skipLibCheck: true,
			resolveJsonModule: true,
			// Node takes the types away and does nothing else.
			erasableSyntaxOnly: true,
			verbatimModuleSyntax: true,
			allowImportingTsExtensions: true,
			...placesOfPackages(folder),
		},
		include: ['**/*.ts'],
	}
}

/**
 * Where `runhook` and other packages are found: as the runner finds them, among the folder's own first and then among its own. Nothing has
 * to be said where the folder lies in a project that has this runner installed, or in the runner itself.
 */
function placesOfPackages(folder: string): object {
	const kit = fileURLToPath(import.meta.resolve('runhook'))
	try {
		if (realpathSync(createRequire(join(folder, 'any.js')).resolve('runhook')) === realpathSync(kit)) return {}
	} catch {
		// It is not found from there.
	}
	const packages = packagesFolder(kit)
	return {
		typeRoots: ['./node_modules/@types', join(packages, '@types')],
		paths: { runhook: [kit], '*': ['./node_modules/*', join(packages, '*')] },
	}
}

/** The folder that the runner's own packages are in: its own, or the one that it was installed into. */
function packagesFolder(kit: string): string {
	const zod = createRequire(kit).resolve('zod')
	return zod.slice(0, zod.lastIndexOf('/node_modules/') + '/node_modules'.length)
}
