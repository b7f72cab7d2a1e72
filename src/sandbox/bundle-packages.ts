// Makes the bundle that sandboxes load packages from (package-bundle.ts). `npm ci` runs it; by hand: npm run prepare.
// An installation never fails for it: without a bundle sandboxes load the packages themselves.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
	type BundledPackage,
	type BundleList,
	bundleFolder,
	bundlesFolder,
	fileHash,
	findPackageBundle,
	listFile,
} from './package-bundle.ts'

const runnerFolder = fileURLToPath(new URL('../../', import.meta.url))

/** Packages that the clients share and that runbooks import, too: for the class of an error, or to set the level of the clients' log. */
const sharedPackages = [
	...['abort-controller', 'core-auth', 'core-client', 'core-lro', 'core-rest-pipeline', 'core-util', 'logger'].map(
		(name) => `@azure/${name}`,
	),
]

try {
	const folder = bundleFolder()
	if (!findPackageBundle()) await makeBundle(folder)
} catch (error) {
	process.stderr.write(`Packages could not be bundled; runbooks that use Azure start slower. ${(error as Error).message}\n`)
}

async function makeBundle(folder: string): Promise<void> {
	const packages = packagesToBundle()
	// Renamed when it is whole, because a runner may be starting meanwhile.
	const part = join(bundlesFolder, `part-${process.pid}`)
	mkdirSync(part, { recursive: true })
	const files: BundleList['files'] = {}
	for (const { path, contents } of await build(packages, part)) {
		writeFileSync(path, contents, { flush: true })
		files[relative(part, path)] = fileHash(contents)
	}
	const list: BundleList = { packages, files }
	writeFileSync(join(part, listFile), JSON.stringify(list, null, '\t'), { flush: true })
	// One that is there is damaged.
	rmSync(folder, { recursive: true, force: true })
	renameSync(part, folder)
	for (const name of readdirSync(bundlesFolder))
		if (name !== basename(folder)) rmSync(join(bundlesFolder, name), { recursive: true, force: true })
}

/** Those of the runner's own packages that a runbook loads, as far as they are ES modules: what a CommonJS one exports shows only when it runs. */
function packagesToBundle(): BundledPackage[] {
	const { dependencies } = JSON.parse(readFileSync(join(runnerFolder, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
	const names = Object.keys(dependencies).filter((name) => name === 'zod' || name.startsWith('@azure/'))
	return [...new Set([...names, ...sharedPackages])].filter(isModule).map((name) => ({
		name,
		entry: relative(runnerFolder, fileURLToPath(import.meta.resolve(name))),
		file: `${name.replace('@', '').replace('/', '-')}.mjs`,
	}))
}

function isModule(name: string): boolean {
	const file = findPackageJSON(name, import.meta.url)
	return file !== undefined && JSON.parse(readFileSync(file, 'utf8')).type === 'module'
}

async function build(packages: BundledPackage[], folder: string) {
	const esbuild = await import('esbuild')
	const { outputFiles } = await esbuild.build({
		write: false,
		absWorkingDir: runnerFolder,
		entryPoints: packages.map(({ entry, file }) => ({ in: entry, out: file.slice(0, -'.mjs'.length) })),
		outdir: folder,
		outExtension: { '.js': '.mjs' },
		bundle: true,
		splitting: true,
		format: 'esm',
		platform: 'node',
		target: `node${process.versions.node}`,
		// CommonJS packages among them ask for Node's own modules in this way.
		banner: { js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);` },
		// Not minified: it would save next to nothing beside the compile cache, and the stack of an error would name nothing.
		logLevel: 'silent',
	})
	return outputFiles
}
