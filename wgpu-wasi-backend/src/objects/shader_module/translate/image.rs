//! Expressions that read textures.

use naga::{Expression, Handle, ImageClass, ImageQuery, Literal, SampleLevel, SwizzleComponent, TypeInner};

use super::Unwritable;
use super::body::{Body, Text};

impl Body<'_, '_> {
    pub(super) fn image_expression(&mut self, handle: Handle<Expression>) -> Result<Text, Unwritable> {
        let arena = self.arena;
        let text = match &arena[handle] {
            Expression::ImageLoad { image, coordinate, array_index, sample, level } => {
                let arguments = [Some(*image), Some(*coordinate), *array_index, sample.or(*level)];
                self.call("textureLoad", &arguments)?
            }
            Expression::ImageQuery { image, query } => {
                let (function, level) = match query {
                    ImageQuery::Size { level } => ("textureDimensions", *level),
                    ImageQuery::NumLevels => ("textureNumLevels", None),
                    ImageQuery::NumLayers => ("textureNumLayers", None),
                    ImageQuery::NumSamples => ("textureNumSamples", None),
                };
                self.call(function, &[Some(*image), level])?
            }
            Expression::ImageSample { gather: Some(component), .. } => self.gather(handle, *component)?,
            _ => self.sample(handle)?,
        };
        Ok(Text::value(text.text))
    }

    fn is_depth(&self, image: Handle<Expression>) -> bool {
        matches!(self.resolve(image), TypeInner::Image { class: ImageClass::Depth { .. }, .. })
    }

    fn gather(
        &mut self,
        handle: Handle<Expression>,
        component: SwizzleComponent,
    ) -> Result<Text, Unwritable> {
        let arena = self.arena;
        let Expression::ImageSample { image, sampler, coordinate, array_index, offset, depth_ref, .. } =
            &arena[handle]
        else {
            return Err(Unwritable(format!("a sample of no texture: {handle:?}")));
        };
        let mut arguments = Vec::new();
        if !self.is_depth(*image) {
            let component = match component {
                SwizzleComponent::X => 0,
                SwizzleComponent::Y => 1,
                SwizzleComponent::Z => 2,
                SwizzleComponent::W => 3,
            };
            arguments.push(component.to_string());
        }
        for argument in [Some(*image), Some(*sampler), Some(*coordinate), *array_index, *depth_ref] {
            arguments.extend(argument.map(|argument| self.value(argument)).transpose()?);
        }
        arguments.extend(offset.map(|offset| self.constant(offset)).transpose()?);
        let function = if depth_ref.is_some() { "textureGatherCompare" } else { "textureGather" };
        Ok(Text::value(format!("{function}({})", arguments.join(", "))))
    }

    fn sample(&mut self, handle: Handle<Expression>) -> Result<Text, Unwritable> {
        let arena = self.arena;
        let Expression::ImageSample {
            image,
            sampler,
            gather: _,
            coordinate,
            array_index,
            offset,
            level,
            depth_ref,
            clamp_to_edge,
        } = &arena[handle]
        else {
            return Err(Unwritable(format!("a sample of no texture: {handle:?}")));
        };
        let compares = depth_ref.is_some();
        let depth = self.is_depth(*image);
        let (function, rest) = match level {
            SampleLevel::Auto if compares => ("textureSampleCompare", vec![]),
            SampleLevel::Auto => ("textureSample", vec![]),
            SampleLevel::Zero if compares => ("textureSampleCompareLevel", vec![]),
            SampleLevel::Zero if *clamp_to_edge => ("textureSampleBaseClampToEdge", vec![]),
            SampleLevel::Zero if depth => ("textureSampleLevel", vec!["0".to_owned()]),
            SampleLevel::Zero => ("textureSampleLevel", vec!["0.0".to_owned()]),
            SampleLevel::Exact(level) if compares => match &arena[*level] {
                Expression::Literal(Literal::F32(0.0) | Literal::I32(0) | Literal::U32(0)) => {
                    ("textureSampleCompareLevel", vec![])
                }
                _ => return Err(Unwritable("a comparison at a level of a texture other than 0".to_owned())),
            },
            SampleLevel::Exact(level) => ("textureSampleLevel", vec![self.value(*level)?]),
            SampleLevel::Bias(_) | SampleLevel::Gradient { .. } if compares => {
                return Err(Unwritable("a comparison with a bias or a gradient".to_owned()));
            }
            SampleLevel::Bias(bias) => ("textureSampleBias", vec![self.value(*bias)?]),
            SampleLevel::Gradient { x, y } => ("textureSampleGrad", vec![self.value(*x)?, self.value(*y)?]),
        };
        let mut arguments = Vec::new();
        for argument in [Some(*image), Some(*sampler), Some(*coordinate), *array_index, *depth_ref] {
            arguments.extend(argument.map(|argument| self.value(argument)).transpose()?);
        }
        arguments.extend(rest);
        arguments.extend(offset.map(|offset| self.constant(offset)).transpose()?);
        Ok(Text::value(format!("{function}({})", arguments.join(", "))))
    }
}
