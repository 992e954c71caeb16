"""The language of 抖音来客 (Douyin Life Services): signing, envelope, orders, tokens."""
