//! Metrics as they are written: each with its help, and a value for each of its labels' values.

use std::fmt;

use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, MetricEncoder, NoLabelSet,
};
use prometheus_client::metrics::MetricType;

use crate::work::Times;

/// What metrics are written on.
#[derive(Debug)]
pub(super) struct Sheet<'a>(pub(super) DescriptorEncoder<'a>);

/// The one label that a metric has.
pub(super) type Label = &'static str;

impl Sheet<'_> {
    /// Writes something that only ever grows; `_total` is added to its name.
    pub(super) fn counter(
        &mut self,
        name: &str,
        help: &str,
        value: impl EncodeCounterValue,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        encoder.encode_counter::<NoLabelSet, _, f64>(&value, None)
    }

    /// Writes several of these, told apart by a label.
    pub(super) fn counters(
        &mut self,
        name: &str,
        help: &str,
        label: Label,
        values: impl IntoIterator<Item = (&'static str, u64)>,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (of, value) in values {
            let labels = [(label, of)];
            encoder.encode_family(&labels)?.encode_counter::<NoLabelSet, _, f64>(&value, None)?;
        }
        Ok(())
    }

    /// Writes something that is as it is at this moment.
    pub(super) fn gauge(
        &mut self,
        name: &str,
        help: &str,
        value: impl EncodeGaugeValue,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        encoder.encode_gauge(&value)
    }

    /// Writes several of these, told apart by a label.
    pub(super) fn gauges(
        &mut self,
        name: &str,
        help: &str,
        label: Label,
        values: impl IntoIterator<Item = (&'static str, impl EncodeGaugeValue)>,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (of, value) in values {
            let labels = [(label, of)];
            encoder.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }

    /// Writes what does not change while the process lives; `_info` is added to its name.
    pub(super) fn info(
        &mut self,
        name: &str,
        help: &str,
        label: Label,
        value: &str,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Info)?;
        encoder.encode_info(&[(label, value)])
    }

    /// Writes how long things took.
    pub(super) fn times(&mut self, name: &str, help: &str, times: &Times) -> fmt::Result {
        let encoder = self.0.encode_descriptor(name, help, None, MetricType::Histogram)?;
        write_times(encoder, times)
    }

    /// Writes several of these, told apart by a label.
    pub(super) fn several_times<'t>(
        &mut self,
        name: &str,
        help: &str,
        label: Label,
        values: impl IntoIterator<Item = (&'static str, &'t Times)>,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Histogram)?;
        for (of, times) in values {
            let labels = [(label, of)];
            write_times(encoder.encode_family(&labels)?, times)?;
        }
        Ok(())
    }
}

fn write_times(mut encoder: MetricEncoder<'_>, times: &Times) -> fmt::Result {
    let so_far = times.so_far();
    encoder.encode_histogram::<NoLabelSet>(so_far.sum, so_far.count, &so_far.classes, None)
}
