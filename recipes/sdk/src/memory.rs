//! The allocator of a component: it only ever takes more.
//!
//! Every call of a recipe happens in a fresh instance whose memory goes with it,
//! so giving memory back is work for nothing, and the general allocator is a
//! tenth of a component, to be compiled before anything renders.
#![expect(unsafe_code, reason = "an allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout};
use std::arch::wasm32::{memory_grow, memory_size};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

const PAGE: usize = 65_536;

unsafe extern "C" {
    /// Where the linker's own data ends.
    static __heap_base: u8;
}

#[global_allocator]
static MEMORY: Memory = Memory {
    next: AtomicUsize::new(0),
};

/// The linear memory from the heap's base upwards.
struct Memory {
    /// The first free address. 0 before the first allocation.
    next: AtomicUsize,
}

impl Memory {
    fn next(&self) -> usize {
        match self.next.load(Ordering::Relaxed) {
            0 => (&raw const __heap_base).addr(),
            next => next,
        }
    }

    /// Makes everything below `end` ours, and says whether the memory reaches that far.
    fn take(&self, end: usize) -> bool {
        let have = memory_size(0) * PAGE;
        if end > have && memory_grow(0, (end - have).div_ceil(PAGE)) == usize::MAX {
            return false;
        }
        self.next.store(end, Ordering::Relaxed);
        true
    }
}

// SAFETY: `next` only grows, so no two live blocks overlap; the one exception,
// the last block, grows in place. There are no threads in a component.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(start) = self.next().checked_next_multiple_of(layout.align()) else {
            return ptr::null_mut();
        };
        match start.checked_add(layout.size()) {
            Some(end) if self.take(end) => ptr::with_exposed_provenance_mut(start),
            _ => ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let start = block.addr();
        if start + layout.size() == self.next() {
            return match start.checked_add(size) {
                Some(end) if self.take(end) => block,
                _ => ptr::null_mut(),
            };
        }
        if size <= layout.size() {
            return block;
        }
        // SAFETY: the caller's layout with another size, which it guarantees to be valid.
        let copy = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !copy.is_null() {
            // SAFETY: both blocks hold at least the old size, and the new one lies above all others.
            unsafe { ptr::copy_nonoverlapping(block, copy, layout.size()) };
        }
        copy
    }
}
