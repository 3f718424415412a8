/** A document or a manual that passages refer to. */
export interface Source {
  /** Short, as it stands under a passage: `Intel SDM 3A`. */
  readonly name: string;
  readonly title: string;
  readonly href?: string;
}

/** A place in a source: a chapter, a function, a date. */
export interface Reference extends Source {
  readonly place: string;
}

const from =
  (source: Source) =>
  (place: string): Reference => ({ ...source, place });

/** Intel's manual. Chapters by title: numbers move between editions. */
export const sdm = from({
  name: 'Intel SDM 3A',
  title: 'Intel 64 and IA-32 Architectures Software Developer’s Manual, volume 3A',
  href: 'https://www.intel.com/content/www/us/en/developer/articles/technical/intel-sdm.html',
});

export const sdmVmx = from({
  name: 'Intel SDM 3C',
  title:
    'Intel 64 and IA-32 Architectures Software Developer’s Manual, volume 3C: virtual-machine extensions',
  href: 'https://www.intel.com/content/www/us/en/developer/articles/technical/intel-sdm.html',
});

export const apm = from({
  name: 'AMD APM 2',
  title: 'AMD64 Architecture Programmer’s Manual, volume 2: System Programming',
  href: 'https://www.amd.com/system/files/TechDocs/24593.pdf',
});

/** A commit of Xen and where in it to look. */
export const xen = (commit: string, date: string, place: string): Reference => ({
  name: `Xen ${commit}`,
  title: `Xen, commit ${commit} of ${date}`,
  href: `https://xenbits.xen.org/gitweb/?p=xen.git;a=commit;h=${commit}`,
  place,
});

/** The fault path walks the guest's tables before it takes the lock. */
export const xenLockless = (place: string): Reference => xen('948397ecb8', '28 February 2008', place);
/** Pages may go out of sync: the mechanism. */
export const xenOos = (place: string): Reference => xen('3c7fba7fd8', '20 June 2008', place);
/** Snapshots. */
export const xenSnapshot = (place: string): Reference => xen('047782fa01', '20 June 2008', place);
/** Every guest write to a page table lets it go out of sync. */
export const xenUnsync = (place: string): Reference => xen('d067e4b077', '20 June 2008', place);
/** Fixups as an array beside each slot. */
export const xenFixups = (place: string): Reference => xen('50b74f55e0', '5 July 2008', place);
/** Emulating a second store to the same page without a walk. */
export const xenFast = (place: string): Reference => xen('ce7887f778', '15 February 2008', place);

export const kvmMmu = from({
  name: 'KVM mmu.rst',
  title: 'Linux, Documentation/virt/kvm/x86/mmu.rst: The x86 kvm shadow mmu',
  href: 'https://docs.kernel.org/virt/kvm/x86/mmu.html',
});

export const kvmLocking = from({
  name: 'KVM locking.rst',
  title: 'Linux, Documentation/virt/kvm/locking.rst: KVM Lock Overview',
  href: 'https://docs.kernel.org/virt/kvm/locking.html',
});

export const fastFault = from({
  name: 'Fast page fault, 2012',
  title: 'Xiao Guangrong, KVM: MMU: fast page fault, 29 March 2012, version 1',
  href: 'https://lwn.net/Articles/489307/',
});

export const tso = from({
  name: 'x86-TSO',
  title:
    'Sewell, Sarkar, Owens, Zappa Nardelli, Myreen: x86-TSO, a rigorous and usable programmer’s model, 2010',
  href: 'https://doi.org/10.1145/1785414.1785443',
});

export const xi = from({
  name: 'XI, 2006',
  title: 'Robert S. Phillips, Page fault is 4 times faster with XI shadow mechanism, xen-devel, July 2006',
});

export const xiRfc = from({
  name: 'XI, request for comments',
  title: 'Ben Thomas, [RFC] XI Shadow Page Table Mechanism, xen-devel, June 2006',
  href: 'https://lists.xenproject.org/archives/html/xen-devel/2006-06/msg00843.html',
});

export const xenHeader = from({
  name: 'Xen public/xen.h',
  title: 'Xen, xen/include/public/xen.h: hypercalls that update page tables',
  href: 'https://xenbits.xen.org/gitweb/?p=xen.git;a=blob;f=xen/include/public/xen.h',
});

export const amsden = from({
  name: 'Amsden, 2008',
  title: 'Zachary Amsden, reply on page-table read-modify-write under paravirtualization, LKML, 23 May 2008',
});

export const fitzhardinge = from({
  name: 'Fitzhardinge, 2008',
  title: 'Jeremy Fitzhardinge, mm+paravirt+xen: add pte read-modify-write abstraction, LKML, 23 May 2008',
  href: 'https://lkml.iu.edu/hypermail/linux/kernel/0805.2/4026.html',
});

export const lazyMmu = from({
  name: 'Linux 6606c3e0da',
  title: 'Linux, commit 6606c3e0da: paravirtualization: lazy mmu mode hooks',
  href: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/commit/?id=6606c3e0da',
});

export const vmi = from({
  name: 'VMI, 2006',
  title: 'VMware, Virtual Machine Interface specification, LKML, 13 March 2006',
});
