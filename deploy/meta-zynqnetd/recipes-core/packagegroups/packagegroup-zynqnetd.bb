SUMMARY = "Everything that a zynqnetd board needs"
LICENSE = "MIT"

inherit packagegroup

RDEPENDS:${PN} = " \
    zynqnetd \
    zynqnetd-addon \
    zynqnetd-fpga \
    u-dma-buf \
    ca-certificates \
    openssh-sshd \
    tzdata \
    v4l-utils \
"
