// Generated from firmware/regs/registers.json by firmware/regs/generate.mjs: do not edit.
// The accelerator of preset zc706: xc7z045-2, 200 MHz, 1536 multipliers.
`default_nettype none
module zynqnet_zc706 (
    input  wire         clk_i,
    input  wire         rst_n_i,
    output wire         irq_o,
    input  wire         s_axi_awvalid,
    output wire         s_axi_awready,
    input  wire [11:0]  s_axi_awaddr,
    input  wire [2:0]   s_axi_awprot,
    input  wire         s_axi_wvalid,
    output wire         s_axi_wready,
    input  wire [31:0]  s_axi_wdata,
    input  wire [3:0]   s_axi_wstrb,
    output wire         s_axi_bvalid,
    input  wire         s_axi_bready,
    output wire [1:0]   s_axi_bresp,
    input  wire         s_axi_arvalid,
    output wire         s_axi_arready,
    input  wire [11:0]  s_axi_araddr,
    input  wire [2:0]   s_axi_arprot,
    output wire         s_axi_rvalid,
    input  wire         s_axi_rready,
    output wire [31:0]  s_axi_rdata,
    output wire [1:0]   s_axi_rresp,
    output wire         m0_axi_arvalid,
    input  wire         m0_axi_arready,
    output wire [31:0]  m0_axi_araddr,
    output wire [7:0]   m0_axi_arlen,
    output wire [2:0]   m0_axi_arsize,
    output wire [1:0]   m0_axi_arburst,
    output wire [3:0]   m0_axi_arcache,
    output wire [2:0]   m0_axi_arprot,
    input  wire         m0_axi_rvalid,
    output wire         m0_axi_rready,
    input  wire [63:0]  m0_axi_rdata,
    input  wire [1:0]   m0_axi_rresp,
    input  wire         m0_axi_rlast,
    output wire         m0_axi_awvalid,
    input  wire         m0_axi_awready,
    output wire [31:0]  m0_axi_awaddr,
    output wire [7:0]   m0_axi_awlen,
    output wire [2:0]   m0_axi_awsize,
    output wire [1:0]   m0_axi_awburst,
    output wire [3:0]   m0_axi_awcache,
    output wire [2:0]   m0_axi_awprot,
    output wire         m0_axi_wvalid,
    input  wire         m0_axi_wready,
    output wire [63:0]  m0_axi_wdata,
    output wire [7:0]   m0_axi_wstrb,
    output wire         m0_axi_wlast,
    input  wire         m0_axi_bvalid,
    output wire         m0_axi_bready,
    input  wire [1:0]   m0_axi_bresp,
    output wire         m1_axi_arvalid,
    input  wire         m1_axi_arready,
    output wire [31:0]  m1_axi_araddr,
    output wire [7:0]   m1_axi_arlen,
    output wire [2:0]   m1_axi_arsize,
    output wire [1:0]   m1_axi_arburst,
    output wire [3:0]   m1_axi_arcache,
    output wire [2:0]   m1_axi_arprot,
    input  wire         m1_axi_rvalid,
    output wire         m1_axi_rready,
    input  wire [63:0]  m1_axi_rdata,
    input  wire [1:0]   m1_axi_rresp,
    input  wire         m1_axi_rlast,
    output wire         m1_axi_awvalid,
    input  wire         m1_axi_awready,
    output wire [31:0]  m1_axi_awaddr,
    output wire [7:0]   m1_axi_awlen,
    output wire [2:0]   m1_axi_awsize,
    output wire [1:0]   m1_axi_awburst,
    output wire [3:0]   m1_axi_awcache,
    output wire [2:0]   m1_axi_awprot,
    output wire         m1_axi_wvalid,
    input  wire         m1_axi_wready,
    output wire [63:0]  m1_axi_wdata,
    output wire [7:0]   m1_axi_wstrb,
    output wire         m1_axi_wlast,
    input  wire         m1_axi_bvalid,
    output wire         m1_axi_bready,
    input  wire [1:0]   m1_axi_bresp,
    output wire         m2_axi_arvalid,
    input  wire         m2_axi_arready,
    output wire [31:0]  m2_axi_araddr,
    output wire [7:0]   m2_axi_arlen,
    output wire [2:0]   m2_axi_arsize,
    output wire [1:0]   m2_axi_arburst,
    output wire [3:0]   m2_axi_arcache,
    output wire [2:0]   m2_axi_arprot,
    input  wire         m2_axi_rvalid,
    output wire         m2_axi_rready,
    input  wire [63:0]  m2_axi_rdata,
    input  wire [1:0]   m2_axi_rresp,
    input  wire         m2_axi_rlast,
    output wire         m2_axi_awvalid,
    input  wire         m2_axi_awready,
    output wire [31:0]  m2_axi_awaddr,
    output wire [7:0]   m2_axi_awlen,
    output wire [2:0]   m2_axi_awsize,
    output wire [1:0]   m2_axi_awburst,
    output wire [3:0]   m2_axi_awcache,
    output wire [2:0]   m2_axi_awprot,
    output wire         m2_axi_wvalid,
    input  wire         m2_axi_wready,
    output wire [63:0]  m2_axi_wdata,
    output wire [7:0]   m2_axi_wstrb,
    output wire         m2_axi_wlast,
    input  wire         m2_axi_bvalid,
    output wire         m2_axi_bready,
    input  wire [1:0]   m2_axi_bresp,
    output wire         m3_axi_arvalid,
    input  wire         m3_axi_arready,
    output wire [31:0]  m3_axi_araddr,
    output wire [7:0]   m3_axi_arlen,
    output wire [2:0]   m3_axi_arsize,
    output wire [1:0]   m3_axi_arburst,
    output wire [3:0]   m3_axi_arcache,
    output wire [2:0]   m3_axi_arprot,
    input  wire         m3_axi_rvalid,
    output wire         m3_axi_rready,
    input  wire [63:0]  m3_axi_rdata,
    input  wire [1:0]   m3_axi_rresp,
    input  wire         m3_axi_rlast,
    output wire         m3_axi_awvalid,
    input  wire         m3_axi_awready,
    output wire [31:0]  m3_axi_awaddr,
    output wire [7:0]   m3_axi_awlen,
    output wire [2:0]   m3_axi_awsize,
    output wire [1:0]   m3_axi_awburst,
    output wire [3:0]   m3_axi_awcache,
    output wire [2:0]   m3_axi_awprot,
    output wire         m3_axi_wvalid,
    input  wire         m3_axi_wready,
    output wire [63:0]  m3_axi_wdata,
    output wire [7:0]   m3_axi_wstrb,
    output wire         m3_axi_wlast,
    input  wire         m3_axi_bvalid,
    output wire         m3_axi_bready,
    input  wire [1:0]   m3_axi_bresp
);
  logic rst_q;
  always_ff @(posedge clk_i) rst_q <= !rst_n_i;
  assign m0_axi_arsize = 3'd3;
  assign m0_axi_arburst = 2'd1;
  assign m0_axi_arcache = 4'd3;
  assign m0_axi_arprot = 3'd0;
  assign m0_axi_awsize = 3'd3;
  assign m0_axi_awburst = 2'd1;
  assign m0_axi_awcache = 4'd3;
  assign m0_axi_awprot = 3'd0;
  assign m0_axi_wstrb = 8'hFF;
  assign m1_axi_arsize = 3'd3;
  assign m1_axi_arburst = 2'd1;
  assign m1_axi_arcache = 4'd3;
  assign m1_axi_arprot = 3'd0;
  assign m1_axi_awsize = 3'd3;
  assign m1_axi_awburst = 2'd1;
  assign m1_axi_awcache = 4'd3;
  assign m1_axi_awprot = 3'd0;
  assign m1_axi_wstrb = 8'hFF;
  assign m2_axi_arsize = 3'd3;
  assign m2_axi_arburst = 2'd1;
  assign m2_axi_arcache = 4'd3;
  assign m2_axi_arprot = 3'd0;
  assign m2_axi_awsize = 3'd3;
  assign m2_axi_awburst = 2'd1;
  assign m2_axi_awcache = 4'd3;
  assign m2_axi_awprot = 3'd0;
  assign m2_axi_wstrb = 8'hFF;
  assign m3_axi_arsize = 3'd3;
  assign m3_axi_arburst = 2'd1;
  assign m3_axi_arcache = 4'd3;
  assign m3_axi_arprot = 3'd0;
  assign m3_axi_awsize = 3'd3;
  assign m3_axi_awburst = 2'd1;
  assign m3_axi_awcache = 4'd3;
  assign m3_axi_awprot = 3'd0;
  assign m3_axi_wstrb = 8'hFF;
  wire [15:0] trace_tag;
  wire _unused = &{1'b0, s_axi_awprot, s_axi_arprot, trace_tag};
  zn_top #(.LANES(8), .SLOTS(3), .DRAIN(2), .PORTS(4),
           .ACT_LOG2(12), .BANKS_LOG2(4), .RING_LOG2(13),
           .OUT_LOG2(9), .CODEBOOK(1'b1), .CLOCK_MHZ(200)) u_top (
      .clk_i, .rst_i(rst_q), .irq_o,
      .s_awvalid_i(s_axi_awvalid),
      .s_awready_o(s_axi_awready),
      .s_awaddr_i(s_axi_awaddr),
      .s_wvalid_i(s_axi_wvalid),
      .s_wready_o(s_axi_wready),
      .s_wdata_i(s_axi_wdata),
      .s_wstrb_i(s_axi_wstrb),
      .s_bvalid_o(s_axi_bvalid),
      .s_bready_i(s_axi_bready),
      .s_bresp_o(s_axi_bresp),
      .s_arvalid_i(s_axi_arvalid),
      .s_arready_o(s_axi_arready),
      .s_araddr_i(s_axi_araddr),
      .s_rvalid_o(s_axi_rvalid),
      .s_rready_i(s_axi_rready),
      .s_rdata_o(s_axi_rdata),
      .s_rresp_o(s_axi_rresp),
      .m_arvalid_o({m3_axi_arvalid, m2_axi_arvalid, m1_axi_arvalid, m0_axi_arvalid}),
      .m_arready_i({m3_axi_arready, m2_axi_arready, m1_axi_arready, m0_axi_arready}),
      .m_araddr_o({m3_axi_araddr, m2_axi_araddr, m1_axi_araddr, m0_axi_araddr}),
      .m_arlen_o({m3_axi_arlen, m2_axi_arlen, m1_axi_arlen, m0_axi_arlen}),
      .m_rvalid_i({m3_axi_rvalid, m2_axi_rvalid, m1_axi_rvalid, m0_axi_rvalid}),
      .m_rready_o({m3_axi_rready, m2_axi_rready, m1_axi_rready, m0_axi_rready}),
      .m_rdata_i({m3_axi_rdata, m2_axi_rdata, m1_axi_rdata, m0_axi_rdata}),
      .m_rresp_i({m3_axi_rresp, m2_axi_rresp, m1_axi_rresp, m0_axi_rresp}),
      .m_rlast_i({m3_axi_rlast, m2_axi_rlast, m1_axi_rlast, m0_axi_rlast}),
      .m_awvalid_o({m3_axi_awvalid, m2_axi_awvalid, m1_axi_awvalid, m0_axi_awvalid}),
      .m_awready_i({m3_axi_awready, m2_axi_awready, m1_axi_awready, m0_axi_awready}),
      .m_awaddr_o({m3_axi_awaddr, m2_axi_awaddr, m1_axi_awaddr, m0_axi_awaddr}),
      .m_awlen_o({m3_axi_awlen, m2_axi_awlen, m1_axi_awlen, m0_axi_awlen}),
      .m_wvalid_o({m3_axi_wvalid, m2_axi_wvalid, m1_axi_wvalid, m0_axi_wvalid}),
      .m_wready_i({m3_axi_wready, m2_axi_wready, m1_axi_wready, m0_axi_wready}),
      .m_wdata_o({m3_axi_wdata, m2_axi_wdata, m1_axi_wdata, m0_axi_wdata}),
      .m_wlast_o({m3_axi_wlast, m2_axi_wlast, m1_axi_wlast, m0_axi_wlast}),
      .m_bvalid_i({m3_axi_bvalid, m2_axi_bvalid, m1_axi_bvalid, m0_axi_bvalid}),
      .m_bready_o({m3_axi_bready, m2_axi_bready, m1_axi_bready, m0_axi_bready}),
      .m_bresp_i({m3_axi_bresp, m2_axi_bresp, m1_axi_bresp, m0_axi_bresp}),
      .trace_tag_o(trace_tag));
endmodule
`default_nettype wire
