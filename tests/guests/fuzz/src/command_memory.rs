//! The memory that the guest offers for commands (`wgpu-wasi:commands/memory`), and what it leaves there.

use std::{
    rc::{Rc, Weak},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{
    random::Random,
    wit::{GpuBindGroup, GpuComputePipeline},
};

/// More than one call finds.
const WORDS: usize = 1024;

static MEMORY: [AtomicU32; WORDS] = [const { AtomicU32::new(0) }; WORDS];

mod export {
    use std::sync::atomic::{AtomicUsize, Ordering};

    wit_bindgen::generate!({
        path: "../../../wit",
        world: "wgpu-wasi:backend/guest-commands",
        skip: ["attach"],
        generate_all,
    });
    export!(attach);

    /// A list as the canonical ABI returns it: address and length.
    static LIST: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

    // SAFETY: nothing else has this name, and this is the type of the function in the canonical ABI.
    #[unsafe(export_name = "wgpu-wasi:commands/memory@0.1.0#attach")]
    extern "C" fn attach() -> *const AtomicUsize {
        let [address, length] = &LIST;
        address.store(super::MEMORY.as_ptr().addr(), Ordering::Relaxed);
        length.store(super::WORDS, Ordering::Relaxed);
        LIST.as_ptr()
    }
}

/// The argument of a call that may get a name.
pub(crate) enum Object<'a> {
    Pipeline(&'a Rc<GpuComputePipeline>),
    BindGroup(&'a Rc<GpuBindGroup>),
}

#[derive(Debug)]
enum Named {
    Pipeline(Weak<GpuComputePipeline>),
    BindGroup(Weak<GpuBindGroup>),
}

/// The names that the host knows.
#[derive(Debug, Default)]
pub(crate) struct Names([Option<Named>; 6]);

impl Names {
    /// The name at a place.
    fn name(place: usize) -> u32 {
        // The last one is the last there is.
        if place == 5 { 65_535 } else { place as u32 + 1 }
    }

    /// Words for a call with `object`: commands that make sense, and now and then some that do not.
    pub(crate) fn words(&mut self, random: &mut Random, object: Option<Object<'_>>) -> Vec<u32> {
        let mut words = Vec::new();
        for _ in 0..random.below(4) {
            self.command(random, &mut words);
        }
        // A guest that says nonsense is ended, so this has to be rare.
        if random.hostile() && random.chance(20) {
            let at = random.below(words.len() + 1);
            words.insert(at, random.word(&[0, 1, 2, 3, 6]));
        }
        let Some(object) = object.filter(|_| random.chance(300)) else { return words };
        let place = random.below(self.0.len());
        words.extend([1, Self::name(place)]);
        self.0[place] = Some(match object {
            Object::Pipeline(pipeline) => Named::Pipeline(Rc::downgrade(pipeline)),
            Object::BindGroup(group) => Named::BindGroup(Rc::downgrade(group)),
        });
        words
    }

    fn command(&self, random: &mut Random, words: &mut Vec<u32>) {
        let place = random.below(self.0.len());
        match (random.below(4), &self.0[place]) {
            (0, _) => words.extend([5, random.workgroups(), random.workgroups(), random.workgroups()]),
            (1, _) => words.extend([4, random.word(&[0, 4]), 1, random.word(&[7])]),
            (2, _) => words.extend([3, random.word(&[0]), 0, 0]),
            (_, Some(Named::Pipeline(pipeline))) if pipeline.strong_count() > 0 => {
                words.extend([2, Self::name(place)]);
            }
            (_, Some(Named::BindGroup(group))) if group.strong_count() > 0 => {
                words.extend([3, random.word(&[0]), Self::name(place)]);
                let offsets = random.one_of(&[0, 0, 1]);
                words.push(offsets);
                words.extend((0..offsets).map(|_| random.word(&[0, 256])));
            }
            (_, _) => {}
        }
    }
}

/// Makes a call that finds these words in the memory.
pub(crate) fn with<T>(words: &[u32], call: impl FnOnce() -> T) -> T {
    let (used, memory) = MEMORY.split_first().expect("there are words");
    for (place, word) in memory.iter().zip(words) {
        place.store(*word, Ordering::Relaxed);
    }
    used.store(words.len() as u32, Ordering::Relaxed);
    let result = call();
    used.store(0, Ordering::Relaxed);
    result
}
