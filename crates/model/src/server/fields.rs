//! What models behind servers tell of themselves: the same, from the same fields, whether one server runs
//! them or several.

/// The part of [`Chat`](crate::chat::Chat) that is told from fields.
macro_rules! chat_fields {
    () => {
        fn settings(&self) -> &$crate::config::ModelConfig {
            &self.settings
        }

        fn special_tokens(&self) -> &$crate::control_tokens::SpecialTokens {
            &self.special
        }

        fn opened_as(&self) -> &str {
            &self.name
        }

        fn options(&self) -> &$crate::options::RequestOptions {
            &self.options
        }

        fn thinks(&self) -> bool {
            self.has_thought
        }

        fn prepare_picture(&self, rgb: &image::RgbImage) -> image::RgbImage {
            $crate::picture::shrink(rgb, self.options.server.picture_side)
        }
    };
}

/// The part of [`VisionLanguageModel`](crate::VisionLanguageModel) that is told from fields.
macro_rules! model_fields {
    () => {
        fn name(&self) -> &str {
            &self.name
        }

        fn load_time(&self) -> std::time::Duration {
            self.load_time
        }

        fn pointing(&self) -> enact_plan::Pointing {
            self.settings.pointing.unwrap_or_default()
        }

        fn set_pointing(&mut self, pointing: enact_plan::Pointing) {
            self.settings.pointing = Some(pointing);
        }
    };
}

pub(super) use {chat_fields, model_fields};
