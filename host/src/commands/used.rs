//! The objects that the commands of a pass or of a bundle use.
//!
//! A guest sets the same few objects over and over. To count a reference for each command takes longer than the rest of
//! recording it: the thread that gives wgpu the commands counts back at the same time, on another processor. So a pass
//! holds an object once, and its commands have the object's place.

use std::{mem, sync::Arc};

use crate::commands::{
    bind_group_cell::BindGroupCell,
    holder::{Holder, PassId, Place},
    kept::{Kept, Weighed},
};

/// The objects of one pass or bundle, whose pipelines are `P`.
#[derive(Debug)]
pub(crate) struct Used<P> {
    pass: PassId,
    pipelines: Vec<P>,
    groups: Vec<Arc<BindGroupCell>>,
    buffers: Vec<wgpu::Buffer>,
    /// Goes to the encoder at the end.
    kept: Vec<Kept>,
}

/// A buffer for a command.
#[derive(Debug)]
pub(crate) enum UsedBuffer {
    /// One that the pass holds already.
    Held(Place),
    New {
        buffer: wgpu::Buffer,
        kept: Kept,
        holder: Arc<Holder>,
    },
}

/// Why a command can't use an object: no pass has room for as many.
const TOO_MANY: &str = "the encoder uses too many objects";

/// There is no such place: what the host recorded is wrong.
const NO_PLACE: &str = "the encoder does not hold the object";

impl<P> Used<P> {
    pub(crate) fn new() -> Self {
        Self {
            pass: PassId::next(),
            pipelines: Vec::new(),
            groups: Vec::new(),
            buffers: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// The number of the pass.
    #[inline]
    pub(crate) fn pass(&self) -> PassId {
        self.pass
    }

    /// Holds memory that is needed besides.
    pub(crate) fn keep(&mut self, kept: impl IntoIterator<Item = Kept>) {
        self.kept.extend(kept);
    }

    /// What has to be held for as long as the commands can be submitted.
    pub(crate) fn take_kept(&mut self) -> Vec<Kept> {
        mem::take(&mut self.kept)
    }

    /// Holds a bind group.
    #[inline]
    pub(crate) fn hold_group(&mut self, group: &Arc<BindGroupCell>) -> Result<Place, &'static str> {
        if let Some(place) = group.holder().place_in(self.pass) {
            return Ok(place);
        }
        self.kept.push(Kept::BindGroup(Arc::clone(group)));
        put(&mut self.groups, Arc::clone(group), group.holder(), self.pass)
    }

    /// Holds a buffer.
    #[inline]
    pub(crate) fn hold_buffer(&mut self, buffer: UsedBuffer) -> Result<Place, &'static str> {
        match buffer {
            UsedBuffer::Held(place) => Ok(place),
            UsedBuffer::New { buffer, kept, holder } => {
                self.kept.push(kept);
                put(&mut self.buffers, buffer, &holder, self.pass)
            }
        }
    }

    pub(crate) fn pipeline(&self, place: Place) -> Result<&P, &'static str> {
        place.of(&self.pipelines).ok_or(NO_PLACE)
    }

    pub(crate) fn group(&self, place: Place) -> Result<&BindGroupCell, &'static str> {
        place.of(&self.groups).map(|group| &**group).ok_or(NO_PLACE)
    }

    pub(crate) fn buffer(&self, place: Place) -> Result<&wgpu::Buffer, &'static str> {
        place.of(&self.buffers).ok_or(NO_PLACE)
    }
}

impl<P: Clone> Used<P> {
    /// Holds a pipeline.
    #[inline]
    pub(crate) fn hold_pipeline(&mut self, pipeline: &Weighed<P>) -> Result<Place, &'static str> {
        if let Some(place) = pipeline.holder().place_in(self.pass) {
            return Ok(place);
        }
        self.kept.push(pipeline.kept());
        put(&mut self.pipelines, pipeline.inner.clone(), pipeline.holder(), self.pass)
    }
}

/// Puts `object` behind the others, and tells `holder` where it is.
#[inline]
fn put<T>(list: &mut Vec<T>, object: T, holder: &Holder, pass: PassId) -> Result<Place, &'static str> {
    list.push(object);
    let place = Place::last(list).ok_or(TOO_MANY)?;
    holder.is_at(pass, place);
    Ok(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::kept::Weight;

    #[test]
    fn an_object_is_held_once() {
        let pipelines = ["a", "b"].map(|inner| Weighed::new(inner, Weight::new(Vec::new())));
        let [a, b] = &pipelines;
        let mut used = Used::new();
        let places = [a, b, a, b].map(|pipeline| used.hold_pipeline(pipeline).unwrap());
        assert_eq!(places[..2], places[2..]);
        assert_eq!(places.map(|place| *used.pipeline(place).unwrap()), ["a", "b", "a", "b"]);
        assert_eq!((used.pipelines.len(), used.take_kept().len()), (2, 2));
    }

    #[test]
    fn passes_that_take_turns_have_what_is_theirs() {
        let groups = [(); 3].map(|()| Arc::new(BindGroupCell::new(Vec::new())));
        let [mut one, mut other] = [Used::<()>::new(), Used::new()];
        let [first, second, third] = &groups;
        one.hold_group(first).unwrap();
        for group in [third, second] {
            for used in [&mut one, &mut other] {
                let place = used.hold_group(group).unwrap();
                assert!(std::ptr::eq(used.group(place).unwrap(), &**group));
            }
        }
        assert!(other.group(one.hold_group(first).unwrap()).is_ok());
        let place = one.hold_group(third).unwrap();
        assert!(std::ptr::eq(one.group(place).unwrap(), &**third));
        assert!(Used::<()>::new().group(place).is_err());
    }
}
