"""The dataset on disk: which split a row belongs to, shards that appear whole, the manifest that is written last."""
