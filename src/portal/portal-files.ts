import { hash } from 'node:crypto'
import { globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

/** A file as it is served. */
export type PortalFile = { type: string; bytes: Uint8Array; gzip: Uint8Array }
/** The files of the portal by name; `index.html` names the others. */
export type PortalFiles = Map<string, PortalFile>

const ownFolder = fileURLToPath(new URL('.', import.meta.url))
const lockFile = fileURLToPath(new URL('../../package-lock.json', import.meta.url))
const builtFolder = fileURLToPath(new URL('../../node_modules/.cache/runhook-portal', import.meta.url))

const types: Record<string, string> = {
	html: 'text/html; charset=utf-8',
	js: 'text/javascript; charset=utf-8',
	css: 'text/css; charset=utf-8',
	svg: 'image/svg+xml',
}

/**
 * The portal as it was built when the packages were installed; built now where it is missing or its sources have changed since. Where it
 * cannot be written down it is built anew at each start. Throws where it cannot be built.
 */
export async function openPortalFiles(): Promise<PortalFiles> {
	const folder = join(builtFolder, sourceHash())
	const built = readFolder(folder) ?? (await build())
	if (built.fresh) write(built.files, folder)
	return new Map(built.files.map(({ name, bytes }) => [name, served(name, bytes)]))
}

type Named = { name: string; bytes: Uint8Array }
type Built = { fresh: boolean; files: Named[] }

/** Content, not times: an installation sets those as it likes. */
function sourceHash(): string {
	const files = globSync('{pages,public}/**/*', { cwd: ownFolder, withFileTypes: true })
	const texts = files
		.filter((file) => file.isFile())
		.map((file) => join(file.parentPath, file.name))
		.sort()
		.map((path) => `${path.slice(ownFolder.length)}\0${readFileSync(path, 'utf8')}`)
	return hash('sha256', [readFileSync(lockFile, 'utf8'), readFileSync(fileURLToPath(import.meta.url), 'utf8'), ...texts].join('\0')).slice(
		0,
		16,
	)
}

function readFolder(folder: string): Built | undefined {
	try {
		const files = readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
		// Written last.
		return files.some(({ name }) => name === 'index.html') ? { fresh: false, files } : undefined
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
		return undefined
	}
}

async function build(): Promise<Built> {
	const esbuild = await import('esbuild')
	const { outputFiles } = await esbuild.build({
		absWorkingDir: ownFolder,
		entryPoints: ['pages/main.tsx', 'public/portal.css', 'public/icon.svg'],
		entryNames: '[name]-[hash]',
		outdir: '.',
		write: false,
		bundle: true,
		minify: true,
		format: 'esm',
		target: 'es2023',
		jsx: 'automatic',
		jsxImportSource: 'preact',
		// Its own settings alone: those of the runner are not for pages.
		tsconfigRaw: {},
		loader: { '.svg': 'copy' },
		legalComments: 'none',
		logLevel: 'silent',
	})
	const files = outputFiles.map(({ path, contents }) => ({ name: basename(path), bytes: contents }))
	const nameOf = (end: string) => files.find(({ name }) => name.endsWith(end))!.name
	const page = readFileSync(join(ownFolder, 'public/index.html'), 'utf8')
	const index = page.replaceAll(/\{(js|css|svg)\}/g, (_, kind: string) => nameOf(`.${kind}`))
	return { fresh: true, files: [...files, { name: 'index.html', bytes: Buffer.from(index) }] }
}

/** Renamed when it is whole, because another runner may be starting. Where it cannot be written nothing is lost but the time to build it. */
function write(files: Named[], folder: string): void {
	const part = join(builtFolder, `part-${process.pid}`)
	try {
		mkdirSync(part, { recursive: true })
		for (const { name, bytes } of files) writeFileSync(join(part, name), bytes)
		renameSync(part, folder)
		for (const name of readdirSync(builtFolder))
			if (name !== basename(folder) && !name.startsWith('part-')) rmSync(join(builtFolder, name), { recursive: true, force: true })
	} catch {
		rmSync(part, { recursive: true, force: true })
	}
}

function served(name: string, bytes: Uint8Array): PortalFile {
	const type = types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
	return { type, bytes, gzip: gzipSync(bytes) }
}
