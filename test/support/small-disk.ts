import { execFileSync } from 'node:child_process'
import { appendFileSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'

/** A disk of that size in memory; undefined where this user may not mount one. */
export function smallDisk(path: string, size: string): Disposable | undefined {
	try {
		execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'ignore' })
	} catch {
		return undefined
	}
	return { [Symbol.dispose]: () => execFileSync('/bin/umount', ['--lazy', path]) }
}

/** Makes a file grow until its disk has so many bytes left. */
export function fillDiskTo(left: number, ballast: string): void {
	const { bavail, bsize } = statfsSync(dirname(ballast))
	appendFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - left)))
}

/**
 * Makes a file grow until its disk is full, or what it holds back is given up meanwhile: a file that grew on would take that, too.
 */
export function fillDisk(ballast: string): void {
	try {
		fillDiskTo(0, ballast)
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
	}
}
