// A Chromium for tests that needs no installation: CHROMIUM_PATH, else the one shipped in @sparticuz/chromium (with its own NSS libraries and
// fonts), unpacked once per version into node_modules/.cache. Never where it unpacks by itself, in the system's temporary folder: an older version
// left there by another project is reused silently.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'

async function unpack(): Promise<string> {
	const entry = fileURLToPath(import.meta.resolve('@sparticuz/chromium'))
	const root = entry.slice(0, entry.lastIndexOf('@sparticuz') + '@sparticuz/chromium'.length)
	const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
	const home = join(dirname(dirname(root)), '.cache', `chromium-${version}`)
	if (existsSync(join(home, 'chromium'))) return home
	const part = `${home}.${process.pid}`
	mkdirSync(part, { recursive: true })
	const saved = { ...process.env }
	// It unpacks where temporary files are; where it takes itself for a Lambda, its NSS libraries and fonts, too.
	Object.assign(process.env, { TMPDIR: part, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' })
	try {
		await (await import('@sparticuz/chromium')).default.executablePath()
	} finally {
		for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name]
		Object.assign(process.env, saved)
	}
	// The font configuration it ships looks in one fixed temporary folder only: without a font every text has no size, and Playwright calls it hidden.
	writeFileSync(
		join(part, 'fonts', 'fonts.conf'),
		`<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${join(home, 'fonts')}</dir><dir>/usr/share/fonts</dir><cachedir>${join(home, 'fonts-cache')}</cachedir></fontconfig>`,
	)
	try {
		renameSync(part, home)
	} catch {
		// Another run got there first.
		rmSync(part, { recursive: true, force: true })
	}
	return home
}

/** Starts a Chromium without a window. */
export async function launchBrowser(): Promise<Browser> {
	const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--font-render-hinting=none']
	const given = process.env.CHROMIUM_PATH
	if (given) return chromium.launch({ executablePath: given, args })
	const home = await unpack()
	return chromium.launch({
		executablePath: join(home, 'chromium'),
		args,
		env: { ...process.env, HOME: home, FONTCONFIG_PATH: join(home, 'fonts'), LD_LIBRARY_PATH: join(home, 'al2023', 'lib') },
	})
}
