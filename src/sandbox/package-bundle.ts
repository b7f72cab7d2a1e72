import { hash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

// Loading the Azure clients from their packages is more than half of a cold start: some 1 400 files, each one looked for, and a compile cache
// helps little with that. Bundled into a file a client they take a sixth of it. One build for all of them, with what they have in
// common in files that they share, so that a process has one copy of each class: instanceof and settings of modules work as without it.

const runnerFolder = fileURLToPath(new URL('../../', import.meta.url))
const modulesFolder = join(runnerFolder, 'node_modules')

/** All bundles; the name of each tells the installation that it was made of. In node_modules, so that it goes with what it was made of. */
export const bundlesFolder = join(modulesFolder, '.cache', 'runhook-packages')

/** The script that makes the bundle: what it does differently makes another one. */
const bundleScript = fileURLToPath(new URL('./bundle-packages.ts', import.meta.url))

/** What one file of the bundle stands for: `entry` is what Node loads for the package without it, relative to the runner's folder. */
export type BundledPackage = { name: string; entry: string; file: string }

/** The list of a bundle: its packages, and the hash of each of its files, shared ones too. */
export type BundleList = { packages: BundledPackage[]; files: Record<string, string> }

/** A bundle that was made; `key` tells it from those of other installations. */
export type PackageBundle = { folder: string; key: string; packages: string[] }

/** Where the bundle of the packages that are installed now belongs. Throws an Error where npm has installed none. */
export function bundleFolder(): string {
	const installed = readFileSync(join(modulesFolder, '.package-lock.json'), 'utf8')
	return join(bundlesFolder, hash('sha256', installed + readFileSync(bundleScript, 'utf8')))
}

/** The bundle, if it was made, is that of the packages as they are installed now, and has every file as it was made. */
export function findPackageBundle(): PackageBundle | undefined {
	try {
		const folder = bundleFolder()
		const { packages, files } = readList(folder)
		// Some milliseconds for some megabytes. A file that is cut or missing would end every job that loads it.
		for (const [file, expected] of Object.entries(files)) if (fileHash(readFileSync(join(folder, file))) !== expected) return undefined
		return { folder, key: basename(folder), packages: packages.map(({ name }) => name) }
	} catch {
		return undefined
	}
}

/**
 * From now on this process loads a file of the bundle wherever it would load the package that it stands for, whoever imports it.
 * A copy that a runbook has in a folder of its own is another file, and stays what it is.
 */
export function usePackageBundle(folder: string): void {
	// It goes with the packages: they may have been changed under a runner that goes on.
	if (!existsSync(join(folder, listFile))) return
	const bundled = new Map(readList(folder).packages.map(({ entry, file }) => [urlOf(runnerFolder, entry), urlOf(folder, file)]))
	registerHooks({
		resolve(specifier, context, next) {
			const found = next(specifier, context)
			const url = bundled.get(found.url)
			return url === undefined ? found : { url, format: 'module', shortCircuit: true }
		},
	})
}

/** The list of what is in a bundle. */
export const listFile = 'packages.json'

/** What a file of a bundle is recognised by. */
export function fileHash(content: Uint8Array): string {
	return hash('sha256', content)
}

function readList(folder: string): BundleList {
	return JSON.parse(readFileSync(join(folder, listFile), 'utf8'))
}

function urlOf(folder: string, path: string): string {
	return pathToFileURL(join(folder, path)).href
}
